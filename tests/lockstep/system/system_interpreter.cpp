#include "tests/lockstep/system/system_interpreter.h"

#include <algorithm>

#include "models/engine/interpreter/interpreter.h"
#include "models/engine/lockstep/state_difference.h"
#include "models/isa/disassemble.h"
#include "tests/lockstep/system/system_device_bus.h"
#include "tests/lockstep/system/system_features.h"

namespace strata::test {
namespace {

constexpr unsigned kMostInterval = 200;  // instructions between two interrupts
constexpr unsigned kUrgent = 10;         // the same where the program is stuck

class Session {
 public:
  Session(const SystemProgram& program, std::uint32_t seed)
      : random_(seed + 0x51ED27),
        device_(seed + 0x2545F4, program.features()),
        bus_(device_),
        memory_(program.memory()),
        family_(family_of(program.features())),
        interpreter_(bus_, SystemProgram::regions(memory_), 1, family_),
        guard_(program.initial(), device_),
        interrupts_((program.features() & kInterrupts) != 0) {
    interpreter_.load_state(program.initial());
  }

  SessionResult run(std::uint64_t budget) {
    SessionResult result;
    result.coverage.sessions = 1;
    while (result.end == SessionEnd::kRunning) {
      result.end = result.coverage.retired < budget ? one(result) : SessionEnd::kBudget;
    }
    ++result.coverage.ends[static_cast<unsigned>(result.end)];
    return result;
  }

 private:
  SessionEnd one(SessionResult& result) {
    const CpuState before = interpreter_.state();
    const bool takes = (before.eflags & eflags::kIf) != 0 && before.shadow == kNoShadow &&
                       before.pending_exception == 0;
    if (interpreter_.shutdown()) {
      return SessionEnd::kShutdown;
    }
    if (before.halted != 0 && !(takes && interrupts_)) {
      return SessionEnd::kHalted;
    }
    if (guard_.stuck() || before.halted != 0) {
      until_interrupt_ = std::min(until_interrupt_, before.halted != 0 ? 0u : kUrgent);
    }
    RetireRecord record;
    if (interrupts_ && takes && until_interrupt_ == 0) {
      until_interrupt_ = 1 + pick(random_, kMostInterval);
      record = interpreter_.deliver_interrupt(device_.vector());
    } else {
      until_interrupt_ -= until_interrupt_ != 0 ? 1 : 0;
      record = interpreter_.step();
    }
    const CpuState after = interpreter_.state();
    const std::span<const std::uint8_t> code = bytes_at(memory_, before, record.linear_eip);
    result.coverage.on_retire(record, before, after, code);
    if (interpreter_.shutdown()) {
      return SessionEnd::kShutdown;
    }
    if (const std::string error = impossible(after); !error.empty()) {
      const bool big = (before.seg[kCs].attributes & attr::kBig) != 0;
      result.failure =
          error + "\nafter " + std::to_string(result.coverage.retired) + " retirements, at " +
          disassemble(code, big, record.eip, family_) +
          (record.kind == RetireKind::kInstruction ? ""
                                                   : ", event " + std::to_string(record.vector)) +
          "; before it and after:\n" + side_by_side(before, after);
      return SessionEnd::kFailed;
    }
    return guard_.on_retire(record, after);
  }

  Random random_;
  SystemDevice device_;
  SystemDeviceBus bus_;
  std::vector<std::uint8_t> memory_;
  CpuFamily family_;
  Interpreter interpreter_;
  SystemGuard guard_;
  bool interrupts_;
  unsigned until_interrupt_ = 100;
};

}  // namespace

SessionResult run_in_interpreter(const SystemProgram& program, std::uint32_t seed,
                                 std::uint64_t budget) {
  return Session(program, seed).run(budget);
}

}  // namespace strata::test
