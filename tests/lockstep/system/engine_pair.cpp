#include "tests/lockstep/system/engine_pair.h"

#include <algorithm>

#include "models/base/fnv1a.h"
#include "models/engine/lockstep/state_difference.h"
#include "models/isa/disassemble.h"
#include "tests/lockstep/system/system_device.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_guard.h"
#include "tests/lockstep/system/system_map.h"
#include "tests/support/shared_bytes.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kStretchesAnInterrupt = 12;
constexpr std::uint32_t kStretchesAWrite = 8;  // of another master
constexpr std::uint32_t kStretchesALook = 64;  // at all of memory
constexpr std::uint64_t kAccessesAStop = 37;
constexpr std::uint64_t kAccessesAnInterrupt = 41;
constexpr std::uint32_t kPatience = 40;  // stretches without a choice of the handlers
constexpr std::uint32_t kLost = 120;     // such stretches after which nothing more will come

/// One engine with all around it. What it does at the bus, and when, and by which instruction, goes
/// into a sum.
class Side final : private EngineBus {
 public:
  Side(const SystemProgram& program, std::uint32_t seed, const MakeSoftwareEngine& make)
      : device(seed + 0x2545F4, program.features()),
        storage_(program.memory().size()),
        memory(storage_.bytes()),
        engine(make(*this, SystemProgram::regions(memory), family_of(program.features()))),
        interrupting((program.features() & kInterrupts) != 0) {
    std::ranges::copy(program.memory(), memory.begin());
    engine->load_state(program.initial());
  }

  SystemDevice device;

 private:
  SharedBytes storage_;

 public:
  std::span<std::uint8_t> memory;
  std::unique_ptr<Engine> engine;
  bool interrupting;  // devices do
  std::uint64_t accesses = 0;
  std::uint64_t interrupts = 0;
  Fnv1a sum;
  StopReason reason = StopReason::kDeadline;

 private:
  void note(unsigned kind, std::uint32_t address, unsigned bytes, std::uint32_t value) {
    ++accesses;
    disturb();
    sum.add({kind, address, bytes, value, static_cast<unsigned>(engine->cycle()),
             static_cast<unsigned>(engine->instructions()), engine->linear_address()});
  }
  /// What a device may do while it is accessed: ask for an interrupt, or for the end of the run.
  void disturb() {
    if (accesses % kAccessesAStop == 0) engine->request_stop();
    if (interrupting && accesses % kAccessesAnInterrupt == 0) engine->set_interrupt_line(true);
  }
  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override {
    note(0, port, bytes, 0);
    return device.read(true, port);
  }
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override {
    note(1, port, bytes, value);
    device.write(true, port, value);
  }
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override {
    note(2, physical, bytes, 0);
    return device.read(false, physical);
  }
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override {
    note(3, physical, bytes, value);
    device.write(false, physical, value);
  }
  std::uint8_t acknowledge_interrupt() override {
    ++interrupts;
    engine->set_interrupt_line(false);
    return device.vector();
  }
};

class Pair {
 public:
  Pair(const SystemProgram& program, std::uint32_t seed, std::uint32_t most_cycles,
       const MakeSoftwareEngine& first, const MakeSoftwareEngine& second)
      : random_(seed + 0x51ED27),
        most_cycles_(most_cycles),
        features_(program.features()),
        sides_{{program, seed, first}, {program, seed, second}} {}

  PairResult run(std::uint64_t instructions) {
    PairResult result;
    Engine& engine = *sides_[0].engine;
    bool goes_on = true;
    while (goes_on && result.failure.empty() && engine.instructions() < instructions) {
      goes_on = one_stretch(result);
      ++result.stretches;
      result.failure = difference(result.stretches % kStretchesALook == 0 || !goes_on);
    }
    result.instructions = engine.instructions();
    result.interrupts = sides_[0].interrupts;
    result.accesses = sides_[0].accesses;
    return result;
  }

 private:
  /// False where nothing more can happen.
  bool one_stretch(PairResult& result) {
    before_ = sides_[0].engine->state();
    const std::uint64_t choices = sides_[0].device.choices();
    disturb(result);
    const Cycle until = sides_[0].engine->cycle() + 1 + pick(random_, most_cycles_);
    for (Side& side : sides_) {
      side.reason = side.engine->run(until);
      if (side.reason == StopReason::kHalted) side.engine->advance_to(until);
    }
    since_choice_ = choices == sides_[0].device.choices() ? since_choice_ + 1 : 0;
    for (Side& side : sides_) side.device.force_plan(since_choice_ > kPatience);
    return sides_[0].reason != StopReason::kShutdown && since_choice_ < kLost;
  }

  /// What comes from outside between two stretches.
  void disturb(PairResult& result) {
    const bool stuck = since_choice_ > kPatience || before_.halted != 0;
    const bool interrupt = stuck || pick(random_, kStretchesAnInterrupt) == 0;
    const bool nmi = (features_ & kNmi) != 0 && pick(random_, 8 * kStretchesAnInterrupt) == 0;
    for (Side& side : sides_) {
      if (interrupt && (features_ & kInterrupts) != 0) side.engine->set_interrupt_line(true);
      if (nmi) side.engine->raise_nmi();
    }
    if ((features_ & kSelfModifying) == 0 || pick(random_, kStretchesAWrite) != 0) return;
    const std::uint32_t physical = SYSTEM_MODIFIED + pick(random_, 0x1000);
    const auto value = static_cast<std::uint8_t>(random_());
    ++result.foreign;
    for (Side& side : sides_) {
      side.memory[static_cast<std::size_t>(SystemProgram::offset_of(physical))] = value;
      side.engine->memory_written(physical, 1);
    }
  }

  std::string difference(bool look_at_memory) const {
    const CpuState first = sides_[0].engine->state();
    const CpuState second = sides_[1].engine->state();
    std::string what;
    if (!(first == second)) what = "states differ";
    if (sides_[0].reason != sides_[1].reason) what = "they stop for different reasons";
    if (sides_[0].engine->cycle() != sides_[1].engine->cycle()) what = "times differ";
    if (sides_[0].engine->instructions() != sides_[1].engine->instructions()) {
      what = "counts of instructions differ";
    }
    if (sides_[0].engine->exits() != sides_[1].engine->exits()) what = "exits differ";
    if (sides_[0].sum.value() != sides_[1].sum.value()) what = "accesses to devices differ";
    if (look_at_memory && !std::ranges::equal(sides_[0].memory, sides_[1].memory))
      what = "memory differs";
    if (what.empty()) return what;
    const std::uint32_t linear = before_.seg[kCs].base + before_.eip;
    const std::span<const std::uint8_t> code = bytes_at(sides_[0].memory, before_, linear);
    const bool big = (before_.seg[kCs].attributes & attr::kBig) != 0;
    return what + " after " + std::to_string(sides_[0].engine->instructions()) + " and " +
           std::to_string(sides_[1].engine->instructions()) +
           " instructions; the stretch began at " +
           disassemble(code, big, before_.eip, family_of(features_)) + '\n' +
           side_by_side(first, second);
  }

  Random random_;
  std::uint32_t most_cycles_;
  std::uint32_t features_;
  Side sides_[2];
  CpuState before_;
  std::uint32_t since_choice_ = 0;
};

}  // namespace

PairResult run_pair(const SystemProgram& program, std::uint32_t seed, std::uint64_t instructions,
                    std::uint32_t most_cycles, const MakeSoftwareEngine& first,
                    const MakeSoftwareEngine& second) {
  return Pair(program, seed, most_cycles, first, second).run(instructions);
}

}  // namespace strata::test
