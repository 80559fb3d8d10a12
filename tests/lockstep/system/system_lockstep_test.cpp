// The Verilated core against the interpreter on random system programs (system_program.h),
// instruction by instruction: states, retirement records, device accesses, and at the end of a
// session all of memory.
//
// STRATA_SYSTEM_SEED is the first program's seed, STRATA_SYSTEM_PROGRAMS how many there are,
// STRATA_SYSTEM_RETIREMENTS how long each runs, STRATA_SYSTEM_FEATURES what they use
// (system_features.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "models/engine/lockstep/lockstep_checker.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_guard.h"
#include "tests/lockstep/system/system_program.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kRetirements = 20000;
constexpr std::uint32_t kPrograms = 20;
constexpr std::uint64_t kMostSilentClocks = 20000;  // without retirement, while not halted
constexpr unsigned kSessions = 400;                 // of a program at most

std::uint32_t environment(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 0)) : otherwise;
}

std::uint32_t features_to_use(std::uint32_t otherwise) {
  const char* text = std::getenv("STRATA_SYSTEM_FEATURES");
  return text != nullptr ? features_of(text).value_or(otherwise) : otherwise;
}

class Device final : public BenchDevice {
 public:
  explicit Device(SystemDevice& device) : device_(device) {}
  std::uint32_t read(bool port, std::uint32_t address, unsigned) override {
    return device_.read(port, address);
  }
  void write(bool port, std::uint32_t address, unsigned, std::uint32_t value) override {
    device_.write(port, address, value);
  }
  std::uint8_t acknowledge() override { return device_.vector(); }

 private:
  SystemDevice& device_;
};

class Session {
 public:
  Session(const SystemProgram& program, std::uint32_t seed)
      : random_(seed + 0x51ED27),
        device_(seed + 0x2545F4, program.features()),
        bench_device_(device_),
        rtl_memory_(program.memory()),
        checker_memory_(program.memory()),
        bench_(SystemProgram::regions(rtl_memory_), bench_device_, CpuFamily::k386),
        checker_(SystemProgram::regions(checker_memory_), program.initial(), CpuFamily::k386),
        guard_(program, device_),
        before_(program.initial()),
        interrupts_((program.features() & kInterrupts) != 0) {
    bench_.set_checker(&checker_);
    bench_.load(program.initial());
  }

  SessionEnd run(std::uint64_t budget) {
    coverage_.sessions = 1;
    SessionEnd end = SessionEnd::kRunning;
    while (end == SessionEnd::kRunning) {
      disturb();
      end = bench_.clock() ? retire() : idle();
      if (end == SessionEnd::kRunning && coverage_.retired >= budget) {
        end = SessionEnd::kBudget;
      }
    }
    if (end != SessionEnd::kFailed && !left_) {
      compare_memory(end);
    }
    coverage_.clocks = bench_.clocks();
    ++coverage_.ends[static_cast<unsigned>(end)];
    return end;
  }

  const std::string& failure() const { return failure_; }
  const Coverage& coverage() const { return coverage_; }

 private:
  SessionEnd fail(const std::string& why) {
    failure_ = why;
    return SessionEnd::kFailed;
  }

  /// Stores may still be on their way to the bus.
  void compare_memory(SessionEnd& end) {
    constexpr unsigned kEnough = 3000;
    for (unsigned n = 0; n < kEnough && rtl_memory_ != checker_memory_; ++n) {
      if (bench_.clock()) {
        return;  // the next instruction is ahead of the checker now
      }
    }
    if (rtl_memory_ != checker_memory_) {
      const auto at =
          std::mismatch(rtl_memory_.begin(), rtl_memory_.end(), checker_memory_.begin());
      const auto offset = static_cast<std::size_t>(at.first - rtl_memory_.begin());
      end = fail("memory differs at " + std::to_string(SystemProgram::physical_of(offset)));
    }
  }

  /// Interrupts and wait states at random.
  void disturb() {
    if (!interrupts_ || bench_.interrupt()) {
      return;
    }
    if (next_interrupt_ == 0 || guard_.stuck() || before_.halted != 0) {
      bench_.set_interrupt(true);
      next_interrupt_ = 1 + pick(random_, 1500);
      bench_.set_latency(1 + pick(random_, 3));
    } else {
      --next_interrupt_;
    }
  }

  SessionEnd retire() {
    const RetireRecord& record = bench_.record();
    silent_ = 0;
    if (!SystemProgram::is_code(record.linear_eip)) {
      left_ = true;  // fetches from a device would be its accesses in the interpreter
      return SessionEnd::kLeft;
    }
    if (record.kind == RetireKind::kException && record.vector == vector::kInvalidOpcode &&
        is_new_opcode(record.linear_eip)) {
      left_ = true;
      return SessionEnd::kMissing;
    }
    const CpuState state = bench_.state();
    if (!checker_.on_retire(record, state)) {
      return fail(checker_.report());
    }
    coverage_.on_retire(record, before_, state, code_at(rtl_memory_, record.linear_eip));
    before_ = state;
    if ((state.eflags & eflags::kTf) != 0) {
      left_ = true;  // the core has no single step yet
      return SessionEnd::kMissing;
    }
    return guard_.on_retire(record, state);
  }

  /// ESC and two-byte opcodes the interpreter executes before the core does.
  bool is_new_opcode(std::uint32_t linear) const {
    std::span<const std::uint8_t> code = code_at(rtl_memory_, linear);
    while (!code.empty() && (code[0] == 0x66 || code[0] == 0x67 || (code[0] & 0xE7) == 0x26 ||
                             (code[0] & 0xFE) == 0x64 || (code[0] >= 0xF0 && code[0] != 0xF1))) {
      code = code.subspan(1);
    }
    return !code.empty() && (code[0] == 0x0F || code[0] == 0x62 || code[0] == 0xC8 ||
                             code[0] == 0xD6 || code[0] == 0xF1 || (code[0] & 0xF8) == 0xD8);
  }

  SessionEnd idle() {
    const CpuModel& core = bench_.core();
    if (core.shutdown()) {
      return checker_.on_shutdown() ? SessionEnd::kShutdown : fail(checker_.report());
    }
    if (before_.halted != 0 && (!interrupts_ || (before_.eflags & eflags::kIf) == 0)) {
      return core.idle() || bench_.interrupt() ? SessionEnd::kHalted : SessionEnd::kRunning;
    }
    return ++silent_ < kMostSilentClocks ? SessionEnd::kRunning : fail("nothing retires any more");
  }

  Random random_;
  SystemDevice device_;
  Device bench_device_;
  std::vector<std::uint8_t> rtl_memory_;
  std::vector<std::uint8_t> checker_memory_;
  CpuBench bench_;
  LockstepChecker checker_;
  SystemGuard guard_;
  CpuState before_;
  bool interrupts_;
  bool left_ = false;  // the core has executed what the checker has not seen
  std::string failure_;
  Coverage coverage_;
  std::uint64_t silent_ = 0;
  unsigned next_interrupt_ = 300;
};

void run_programs(std::uint32_t features) {
  const std::uint32_t first = environment("STRATA_SYSTEM_SEED", 1);
  const std::uint32_t count = environment("STRATA_SYSTEM_PROGRAMS", kPrograms);
  const std::uint32_t length = environment("STRATA_SYSTEM_RETIREMENTS", kRetirements);
  Coverage coverage;
  unsigned failures = 0;
  for (std::uint32_t seed = first; seed < first + count && failures < 5; ++seed) {
    const SystemProgram program(seed, features_to_use(features));
    std::uint64_t left = length;
    for (std::uint32_t number = 0; left != 0 && number < kSessions; ++number) {
      Session session(program, seed * 1000 + number);
      const SessionEnd end = session.run(left);
      left -= std::min(left, session.coverage().retired);
      coverage.add(session.coverage());
      if (end == SessionEnd::kFailed) {
        ++failures;
        ADD_FAILURE() << "STRATA_SYSTEM_SEED=" << seed << ", session " << number << ": "
                      << session.failure();
        break;
      }
    }
  }
  std::cout << feature_names(features_to_use(features)) << ": " << coverage.text();
}

TEST(SystemLockstep, Level0) {
  run_programs(kInterrupts);
}

TEST(SystemLockstep, LevelsAndTasks) {
  run_programs(kRings | kTasks | kV86 | kInterrupts | kSelfModifying | kNewOpcodes);
}

}  // namespace
}  // namespace strata::test
