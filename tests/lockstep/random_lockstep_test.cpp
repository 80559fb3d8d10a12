// The Verilated core against the interpreter on random programs (random_program.h), instruction by
// instruction: states, retirement records, device accesses, and at the end all of memory.
//
// STRATA_LOCKSTEP_SEED is the first seed, STRATA_LOCKSTEP_SEEDS how many a test runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "models/engine/lockstep/lockstep_checker.h"
#include "tests/lockstep/random_pages.h"
#include "tests/lockstep/random_program.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kFirstSeed = 1;
constexpr std::uint32_t kSeeds = 720;    // of each mode
constexpr unsigned kRetirements = 3000;  // of a program, then the handlers send it to HLT
constexpr unsigned kMostRetirements = 6000;
constexpr unsigned kMostIterations = 300;  // of a REP in a row, then the program is given up
constexpr unsigned kLastStoreClocks = 20;  // until the last store is in memory
constexpr std::uint64_t kMostSilentClocks = 3000;  // without retirement, while not halted

std::uint32_t environment(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 0)) : otherwise;
}

/// The processors take turns; every other program runs on the newest.
CpuFamily family_of(std::uint32_t seed) {
  constexpr CpuFamily kTurns[] = {CpuFamily::k586, CpuFamily::k386, CpuFamily::k586,
                                  CpuFamily::k486};
  return kTurns[seed % std::size(kTurns)];
}

class RandomDevice final : public BenchDevice {
 public:
  RandomDevice(std::uint32_t seed, bool protected_mode)
      : random_(seed), protected_mode_(protected_mode) {}

  /// From now on the handlers go to the stop.
  void stop() { stopping_ = true; }

  std::uint32_t read(bool port, std::uint32_t address, unsigned) override {
    if (port && address == kPlacePort) {
      return stopping_ ? kStopPlace : kFirstCode + pick(random_, 0xE000);
    }
    if (port && address == kValuePort) {
      return random_value(random_);
    }
    if (port && address == kSelectorPort) {
      return protected_mode_ ? random_code_selector(random_) : kCodeBase >> 4;
    }
    return static_cast<std::uint32_t>(random_());
  }
  void write(bool, std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge() override {
    return static_cast<std::uint8_t>(pick(random_, 16) == 0 ? pick(random_, 256)
                                                            : 0x20 + pick(random_, 0xE0));
  }

 private:
  Random random_;
  bool protected_mode_;
  bool stopping_ = false;
};

/// Retirements seen after the pin is raised: one a clock for two clocks of sampling and two of the
/// retirement port, and one whose load was under way.
constexpr unsigned kMostIgnored = 6;

enum class End { kRunning, kHalted, kShutdown, kLeft, kLong, kFailed };

class Run {
 public:
  Run(std::uint32_t seed, Mode mode, CpuFamily family)
      : family_(family),
        random_(seed + 0x51ED27),
        device_(seed + 0x2545F4, mode != Mode::kReal),
        program_(seed, mode, family),
        rtl_memory_(program_.memory()),
        checker_memory_(program_.memory()),
        bench_(RandomProgram::regions(rtl_memory_), device_, family),
        checker_(RandomProgram::regions(checker_memory_), program_.initial(), family),
        before_(program_.initial()) {
    bench_.set_checker(&checker_);
    bench_.load(program_.initial());
  }

  /// To the end; failure() is empty if all agreed.
  End run() {
    End end = End::kRunning;
    while (end == End::kRunning) {
      disturb();
      end = bench_.clock() ? retire() : idle();
    }
    for (unsigned n = 0; n < kLastStoreClocks && end == End::kShutdown; ++n) {
      bench_.clock();
    }
    if ((end == End::kHalted || end == End::kShutdown) && rtl_memory_ != checker_memory_) {
      const auto at =
          std::mismatch(rtl_memory_.begin(), rtl_memory_.end(), checker_memory_.begin());
      return fail("memory differs at byte " + std::to_string(at.first - rtl_memory_.begin()));
    }
    return end;
  }

  const std::string& failure() const { return failure_; }
  std::uint64_t retired() const { return retired_; }
  std::uint64_t clocks() const { return bench_.clocks(); }
  std::uint64_t interrupts() const { return bench_.acknowledges(); }
  std::uint64_t exceptions() const { return exceptions_; }

 private:
  End fail(const std::string& why) {
    failure_ = why;
    return End::kFailed;
  }

  /// Interrupts and wait states at random.
  void disturb() {
    if (next_interrupt_ == 0) {
      bench_.set_interrupt(true);
      next_interrupt_ = 1 + pick(random_, 600);
      bench_.set_latency(1 + pick(random_, 3));
    } else if (!bench_.interrupt()) {
      --next_interrupt_;
    }
  }

  static bool in_code(std::uint32_t linear) {
    constexpr std::uint32_t kLongest = 15;
    return linear >= kReadOnlyBase && linear <= 0x100000 - kLongest;
  }

  End retire() {
    const RetireRecord& record = bench_.record();
    silent_ = 0;
    ++retired_;
    if (!in_code(record.linear_eip)) {
      return End::kLeft;
    }
    const CpuState state = bench_.state();
    if (!checker_.on_retire(record, state)) {
      return fail(checker_.report());
    }
    if (state.gdtr.base != program_.initial().gdtr.base) {
      return End::kLeft;  // descriptors would be device registers
    }
    if ((state.cr0 & cr0::kPg) != 0 && state.cr3 != kPageDirectory) {
      return End::kLeft;  // page tables that the program may change
    }
    exceptions_ += record.kind == RetireKind::kException ? 1 : 0;
    if (std::string why = interrupt_error(); !why.empty()) {
      return fail(why);
    }
    before_ = state;
    if (retired_ == kRetirements) {
      device_.stop();
    }
    iterations_ = record.partial ? iterations_ + 1 : 0;
    return retired_ > kMostRetirements || iterations_ > kMostIterations ? End::kLong
                                                                        : End::kRunning;
  }

  /// Interrupts are taken when allowed (SDM vol. 3, 6.8), and then soon.
  std::string interrupt_error() {
    const bool allowed = (before_.eflags & eflags::kIf) != 0 && before_.shadow == kNoShadow;
    const bool taken = bench_.acknowledges() != acknowledges_;
    acknowledges_ = bench_.acknowledges();
    if (taken && !allowed) {
      return "an interrupt was taken with IF clear or in the shadow of STI or MOV SS";
    }
    ignored_ = allowed && bench_.interrupt() ? ignored_ + 1 : 0;
    return ignored_ > kMostIgnored ? "an interrupt is not taken" : "";
  }

  End idle() {
    const CpuModel& core = bench_.core();
    if (core.shutdown() && !in_code(before_.seg[kCs].base + before_.eip)) {
      return End::kLeft;
    }
    if (core.shutdown()) {
      return checker_.on_shutdown() ? End::kShutdown : fail(checker_.report());
    }
    if (core.idle() && !bench_.interrupt() && (before_.eflags & eflags::kIf) == 0) {
      return before_.halted != 0 ? End::kHalted : fail("the core is idle but not halted");
    }
    if (before_.halted != 0 && (before_.eflags & eflags::kIf) == 0) {
      bench_.set_interrupt(false);
    }
    return ++silent_ < kMostSilentClocks || before_.halted != 0 ? End::kRunning
                                                                : fail("nothing retires any more");
  }

  const CpuFamily family_;
  Random random_;
  RandomDevice device_;
  RandomProgram program_;
  std::vector<std::uint8_t> rtl_memory_;
  std::vector<std::uint8_t> checker_memory_;
  CpuBench bench_;
  LockstepChecker checker_;
  CpuState before_;  // state at the latest boundary
  std::string failure_;
  std::uint64_t retired_ = 0;
  std::uint64_t exceptions_ = 0;
  std::uint64_t silent_ = 0;
  std::uint64_t acknowledges_ = 0;
  unsigned next_interrupt_ = 100;
  unsigned iterations_ = 0;
  unsigned ignored_ = 0;
};

void run_seeds(Mode mode) {
  const std::uint32_t first = environment("STRATA_LOCKSTEP_SEED", kFirstSeed);
  const std::uint32_t count = environment("STRATA_LOCKSTEP_SEEDS", kSeeds);
  std::uint64_t retired = 0;
  std::uint64_t clocks = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t exceptions = 0;
  unsigned ends[6] = {};
  unsigned failures = 0;
  for (std::uint32_t seed = first; seed < first + count && failures < 5; ++seed) {
    Run run(seed, mode, family_of(seed));
    const End end = run.run();
    ++ends[static_cast<unsigned>(end)];
    retired += run.retired();
    clocks += run.clocks();
    interrupts += run.interrupts();
    exceptions += run.exceptions();
    if (end == End::kFailed) {
      ++failures;
      ADD_FAILURE() << "STRATA_LOCKSTEP_SEED=" << seed << ": " << run.failure();
    }
  }
  std::cout << "seeds " << first << " to " << first + count - 1 << ": " << retired
            << " retirements in " << clocks << " clocks, " << exceptions << " exceptions, "
            << interrupts << " interrupts; programs halted " << ends[1] << ", shut down " << ends[2]
            << ", left the code " << ends[3] << ", repeated too long " << ends[4] << '\n';
}

TEST(RandomLockstep, RealMode) {
  run_seeds(Mode::kReal);
}

TEST(RandomLockstep, ProtectedMode) {
  run_seeds(Mode::kProtected);
}

TEST(RandomLockstep, Paging) {
  run_seeds(Mode::kPaged);
}

}  // namespace
}  // namespace strata::test
