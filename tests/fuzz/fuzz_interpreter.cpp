#include <array>
#include <memory>

#include "models/engine/interpreter/interpreter.h"
#include "models/engine/lockstep/state_difference.h"
#include "tests/fuzz/fuzz_machine.h"
#include "tests/lockstep/system/system_guard.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {
namespace {

constexpr unsigned kMostSteps = 400;

class ValueBus final : public EngineBus {
 public:
  void restart(std::uint32_t seed) { values_ = FuzzValues(seed); }

  std::uint32_t port_read(std::uint16_t, unsigned) override { return values_.next(); }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return values_.next(); }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return values_.vector(); }

 private:
  FuzzValues values_{0};
};

/// An interpreter and its memory; kept, because making one costs more than a run.
struct Rig {
  explicit Rig(const FuzzMachine& machine) : memory(memory_of(machine)) {
    interpreter =
        std::make_unique<Interpreter>(bus, SystemProgram::regions(memory), 1, machine.family);
  }

  static std::vector<std::uint8_t> memory_of(const FuzzMachine& machine) {
    std::vector<std::uint8_t> memory;
    fill_memory(machine, memory);
    return memory;
  }

  ValueBus bus;
  std::vector<std::uint8_t> memory;
  std::unique_ptr<Interpreter> interpreter;
};

/// A rig of the machine's family, with the machine in it.
Rig& rig_for(const FuzzMachine& machine) {
  static std::array<std::unique_ptr<Rig>, 3> rigs;
  std::unique_ptr<Rig>& rig = rigs[static_cast<unsigned>(machine.family) - 3];
  if (!rig) {
    rig = std::make_unique<Rig>(machine);
  }
  fill_memory(machine, rig->memory);
  rig->bus.restart(machine.seed);
  rig->interpreter->load_state(machine.state);
  return *rig;
}

/// One step of the run; false when there is none.
bool one(Interpreter& interpreter, ValueBus& bus, bool interrupt) {
  const CpuState state = interpreter.state();
  const bool takes = (state.eflags & eflags::kIf) != 0 && state.shadow == kNoShadow &&
                     state.pending_exception == 0;
  if (interpreter.shutdown() || (state.halted != 0 && !takes)) {
    return false;
  }
  if (state.halted != 0 || (interrupt && takes)) {
    interpreter.deliver_interrupt(bus.acknowledge_interrupt());
  } else {
    interpreter.step();
  }
  return true;
}

}  // namespace

std::string run_fuzz_in_interpreter(const FuzzMachine& machine, std::uint64_t& retired) {
  Rig& rig = rig_for(machine);
  Interpreter& interpreter = *rig.interpreter;
  CpuState before = interpreter.state();
  for (unsigned n = 1; n <= kMostSteps; ++n) {
    if (!one(interpreter, rig.bus,
             machine.interrupt_period != 0 && n % machine.interrupt_period == 0)) {
      break;
    }
    ++retired;
    if (interpreter.shutdown()) {
      break;  // perhaps halfway through a task switch
    }
    const CpuState after = interpreter.state();
    // Real mode, and what was loaded there, may go on in protected mode until CS is loaded.
    const bool was_protected = (machine.state.cr0 & before.cr0 & cr0::kPe) != 0;
    if (const std::string error = impossible(after); was_protected && !error.empty()) {
      return error + "; before it and after:\n" + side_by_side(before, after);
    }
    if ((after.cr0 & cr0::kPe) == 0) {
      break;
    }
    before = after;
  }
  return {};
}

}  // namespace strata::test
