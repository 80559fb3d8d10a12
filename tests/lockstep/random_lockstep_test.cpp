// The Verilated CPU against the interpreter on random programs (random_program.h), instruction by
// instruction: states, retirement records, device accesses, and at the end all of memory. A program
// that shuts down, halts, leaves memory or hangs in a loop starts again, with the memory it has
// left, until it is as long as all of them are.
//
// STRATA_LOCKSTEP_SEED is the first seed, STRATA_LOCKSTEP_SEEDS how many a test runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "models/engine/lockstep/lockstep_checker.h"
#include "tests/lockstep/random_caches.h"
#include "tests/lockstep/random_device.h"
#include "tests/lockstep/random_program.h"
#include "tests/rtl/cpu/cpu_bench.h"
#include "tests/support/environment_number.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kFirstSeed = 1;
constexpr std::uint32_t kSeeds = 240;              // of each mode
constexpr unsigned kRetirements = 3000;            // of a program, then the handlers send it to HLT
constexpr std::uint32_t kEndOfTouches = 0x120000;  // of the memory another master touches
constexpr unsigned kMostRuns = 200;                // of a program
constexpr unsigned kMostIterations = 300;          // of a REP in a row, then the run is given up
constexpr unsigned kMostSilence = 500;  // retirements between two questions of the handlers: a loop
constexpr unsigned kLastStoresClocks =
    20 + 10 * CpuBench::kMostDelay;                // until all buffered stores are in memory
constexpr std::uint64_t kMostSilentClocks = 3000;  // without retirement, while not halted

/// Retirements seen after the pin is raised: one a clock for two clocks of sampling and two of the
/// retirement port, and one whose load was under way.
constexpr unsigned kMostIgnored = 6;

enum class End { kRunning, kHalted, kShutdown, kLeft, kLong, kFailed };

/// What has run, added up.
struct Tally {
  std::uint64_t retired = 0;
  std::uint64_t clocks = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t exceptions = 0;
  std::uint64_t modified = 0;  // instructions that are not the program's any more
  std::array<std::uint64_t, 6> ends{};

  void add(const Tally& other) {
    retired += other.retired;
    clocks += other.clocks;
    interrupts += other.interrupts;
    exceptions += other.exceptions;
    modified += other.modified;
    for (std::size_t n = 0; n < ends.size(); ++n) ends[n] += other.ends[n];
  }
  std::uint64_t of(End end) const { return ends[static_cast<unsigned>(end)]; }
};

/// A program from its start, over `memory`, for `budget` retirements.
class Run {
 public:
  Run(const RandomProgram& program, CpuFamily family, RandomDevice& device, Random& random,
      const std::vector<std::uint8_t>& memory, std::uint64_t budget)
      : family_(family),
        budget_(budget),
        random_(random),
        device_(device),
        program_(program),
        rtl_memory_(memory),
        checker_memory_(memory),
        bench_(RandomProgram::regions(rtl_memory_), device_, family,
               static_cast<std::uint32_t>(random()), random_caches(random)),
        checker_(RandomProgram::regions(checker_memory_), program_.initial(), family,
                 outside(RandomProgram::regions(checker_memory_))),
        before_(program_.initial()),
        touch_pause_(random_touch_pause(random)) {
    bench_.set_checker(&checker_);
    if (pick(random, 2) != 0) bench_.set_delays(1 + pick(random, 1u << 31));
    bench_.load(program_.initial());
  }

  /// To the end; failure() is empty if all agreed.
  End run() {
    End end = End::kRunning;
    while (end == End::kRunning) {
      disturb();
      end = bench_.clock() ? retire() : idle();
    }
    for (unsigned n = 0; end == End::kShutdown && !bench_.cpu().idle(); ++n) {
      if (n == kLastStoresClocks) return fail("the bus does not come to rest behind a shutdown");
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
  /// As the interpreter has left it.
  const std::vector<std::uint8_t>& memory() const { return checker_memory_; }
  Tally tally(End end) const {
    Tally tally = tally_;
    tally.clocks = bench_.clocks();
    tally.interrupts = bench_.acknowledges();
    tally.ends[static_cast<unsigned>(end)] = 1;
    return tally;
  }

 private:
  End fail(const std::string& why) {
    failure_ = why;
    return End::kFailed;
  }

  /// Interrupts, wait states and another master at random.
  void disturb() {
    touch_at_random(bench_, random_, touch_pause_, kEndOfTouches);
    if (next_interrupt_ == 0) {
      bench_.set_interrupt(true);
      next_interrupt_ = 1 + pick(random_, 600);
      bench_.set_latency(1 + pick(random_, 3));
    } else if (!bench_.interrupt()) {
      --next_interrupt_;
    }
  }

  /// Whether the instruction that retires is another than the program had in its place.
  bool is_modified(const RetireRecord& record) const {
    const auto at = static_cast<std::ptrdiff_t>(record.linear_eip);
    return record.linear_eip >= kVectorBase && record.kind == RetireKind::kInstruction &&
           !std::equal(checker_memory_.begin() + at, checker_memory_.begin() + at + record.length,
                       program_.memory().begin() + at);
  }

  End retire() {
    const RetireRecord& record = bench_.record();
    silent_ = 0;
    ++tally_.retired;
    if (!is_in_memory(record.linear_eip)) {
      return End::kLeft;
    }
    tally_.modified += is_modified(record) ? 1 : 0;
    const CpuState state = bench_.state();
    if (!checker_.on_retire(record, state)) {
      return fail(checker_.report());
    }
    if (state.gdtr.base != program_.initial().gdtr.base) {
      return End::kLeft;  // descriptors would be device registers
    }
    if (!tables_stay(state)) {
      return End::kLeft;
    }
    tally_.exceptions += record.kind == RetireKind::kException ? 1 : 0;
    if (std::string why = interrupt_error(); !why.empty()) {
      return fail(why);
    }
    before_ = state;
    if (tally_.retired == budget_) {
      device_.stop();
    }
    iterations_ = record.partial ? iterations_ + 1 : 0;
    since_place_ = places_ == device_.places() ? since_place_ + 1 : 0;
    places_ = device_.places();
    const bool too_long = iterations_ > kMostIterations || since_place_ > kMostSilence;
    return too_long ? End::kLong : End::kRunning;
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
    const CpuModel& cpu = bench_.cpu();
    // A task switch on the way to the shutdown may have taken other tables.
    if (cpu.shutdown() &&
        (!is_in_memory(before_.seg[kCs].base + before_.eip) || !tables_stay(bench_.state()))) {
      return End::kLeft;
    }
    if (cpu.shutdown()) {
      return checker_.on_shutdown() ? End::kShutdown : fail(checker_.report());
    }
    if (cpu.idle() && !bench_.interrupt() && (before_.eflags & eflags::kIf) == 0) {
      return before_.halted != 0 ? End::kHalted : fail("the CPU is idle but not halted");
    }
    if (before_.halted != 0 && (before_.eflags & eflags::kIf) == 0) {
      bench_.set_interrupt(false);
    }
    return ++silent_ < kMostSilentClocks || before_.halted != 0 ? End::kRunning
                                                                : fail("nothing retires any more");
  }

  const CpuFamily family_;
  const std::uint64_t budget_;
  Random& random_;
  RandomDevice& device_;
  const RandomProgram& program_;
  std::vector<std::uint8_t> rtl_memory_;
  std::vector<std::uint8_t> checker_memory_;
  CpuBench bench_;
  LockstepChecker checker_;
  CpuState before_;                  // state at the latest boundary
  const std::uint32_t touch_pause_;  // of touch_at_random()
  std::string failure_;
  Tally tally_;
  std::uint64_t silent_ = 0;
  std::uint64_t acknowledges_ = 0;
  unsigned next_interrupt_ = 100;
  unsigned iterations_ = 0;
  std::uint64_t places_ = 0;
  unsigned since_place_ = 0;
  unsigned ignored_ = 0;
};

/// Runs a program until it has retired enough; a difference fails the test.
Tally run_program(std::uint32_t seed, Mode mode) {
  const CpuFamily family = random_family(seed);
  const RandomProgram program(seed, mode, family);
  RandomDevice device(seed + 0x2545F4, mode != Mode::kReal);
  Random random(seed + 0x51ED27);
  std::vector<std::uint8_t> memory = program.memory();
  Tally tally;
  for (unsigned runs = 0; runs < kMostRuns && tally.retired < kRetirements; ++runs) {
    Run run(program, family, device, random, memory, kRetirements - tally.retired);
    const End end = run.run();
    tally.add(run.tally(end));
    memory = run.memory();
    if (end == End::kFailed) {
      ADD_FAILURE() << "STRATA_LOCKSTEP_SEED=" << seed << ": " << run.failure();
      break;
    }
  }
  return tally;
}

/// The programs must have reached what they are for, so that a test that runs nothing fails. One
/// may miss what is not in each of them, or shut down so early that kMostRuns are not enough; many
/// together may not.
void expect_reach(const Tally& tally, std::uint32_t programs) {
  constexpr std::uint32_t kFewPrograms = 100;
  EXPECT_GT(tally.retired, 0u);
  if (programs < kFewPrograms) return;
  EXPECT_GE(tally.retired, std::uint64_t{kRetirements} * programs);
  EXPECT_GE(tally.exceptions, programs);
  EXPECT_GE(tally.interrupts, programs);
  EXPECT_GE(tally.modified, 4u * programs);
}

void run_seeds(Mode mode) {
  const std::uint32_t first = environment_number("STRATA_LOCKSTEP_SEED", kFirstSeed);
  const std::uint32_t count = environment_number("STRATA_LOCKSTEP_SEEDS", kSeeds);
  constexpr std::uint64_t kEnoughFailures = 5;
  Tally tally;
  for (std::uint32_t n = 0; n < count && tally.of(End::kFailed) < kEnoughFailures; ++n) {
    tally.add(run_program(first + n, mode));
  }
  std::cout << count << " programs from seed " << first << ": " << tally.retired
            << " retirements in " << tally.clocks << " clocks, " << tally.exceptions
            << " exceptions, " << tally.interrupts << " interrupts, " << tally.modified
            << " modified instructions; halted " << tally.of(End::kHalted) << ", shut down "
            << tally.of(End::kShutdown) << ", left memory " << tally.of(End::kLeft) << ", too long "
            << tally.of(End::kLong) << '\n';
  expect_reach(tally, count);
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
