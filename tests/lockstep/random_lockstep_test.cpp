// The Verilated CPU against the interpreter on random programs (random_program.h), instruction by
// instruction: states, retirement records, device accesses, and at the end all of memory. A program
// that shuts down, halts, leaves memory or hangs in a loop starts again, with the memory it has
// left, until it is as long as all of them are.
//
// STRATA_LOCKSTEP_SEED is the first seed, STRATA_LOCKSTEP_SEEDS how many a test runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "models/engine/lockstep/lockstep_checker.h"
#include "tests/lockstep/random_pages.h"
#include "tests/lockstep/random_program.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kFirstSeed = 1;
constexpr std::uint32_t kSeeds = 240;      // of each mode
constexpr unsigned kRetirements = 3000;    // of a program, then the handlers send it to HLT
constexpr unsigned kMostRuns = 200;        // of a program
constexpr unsigned kMostIterations = 300;  // of a REP in a row, then the run is given up
constexpr unsigned kMostSilence = 500;  // retirements between two questions of the handlers: a loop
constexpr unsigned kLastStoresClocks =
    20 + 10 * CpuBench::kMostDelay;                // until all buffered stores are in memory
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
  /// How many places they have been given.
  std::uint64_t places() const { return places_; }

  std::uint32_t read(bool port, std::uint32_t address, unsigned) override {
    if (port && address == kPlacePort) {
      ++places_;
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
  std::uint64_t places_ = 0;
};

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

/// Most have all there is of the caches, some little of them or none.
CacheShape random_caches(Random& random) {
  CacheShape shape = built_caches();
  if (pick(random, 2) == 0) return shape;
  shape.off = pick(random, 4) == 0;
  shape.sets >>= pick(random, static_cast<std::uint32_t>(std::bit_width(shape.sets)));
  shape.ways >>= pick(random, static_cast<std::uint32_t>(std::bit_width(shape.ways)));
  return shape;
}

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
        checker_(RandomProgram::regions(checker_memory_), program_.initial(), family),
        before_(program_.initial()) {
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

  /// Whether code at `linear` is in memory: fetching from device registers is different in every
  /// engine.
  static bool in_memory(std::uint32_t linear) {
    constexpr std::uint32_t kLongest = 15;
    return linear <= kDeviceBase - kLongest ||
           (linear >= kDeviceEnd && linear <= kTableBase - kLongest);
  }

  /// Whether page tables are where the program cannot change them. Elsewhere, registers of devices
  /// may be taken for tables.
  static bool tables_stay(const CpuState& state) {
    return (state.cr0 & cr0::kPg) == 0 || state.cr3 == kPageDirectory;
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
    if (!in_memory(record.linear_eip)) {
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
        (!in_memory(before_.seg[kCs].base + before_.eip) || !tables_stay(bench_.state()))) {
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
  CpuState before_;  // state at the latest boundary
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
  const CpuFamily family = family_of(seed);
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

/// The programs must have reached what they are for, so that a test that runs nothing fails.
void expect_reach(const Tally& tally, std::uint32_t programs) {
  EXPECT_GT(programs, 0u);
  EXPECT_GE(tally.retired, std::uint64_t{kRetirements} * programs);
  EXPECT_GE(tally.exceptions, programs);
  EXPECT_GE(tally.interrupts, programs);
  EXPECT_GE(tally.modified, 4u * programs);
}

/// What retires in `program` and the state after it, without interrupts and with the time held,
/// until it stops or is long enough: whatever the caches are, the same.
class Stream {
 public:
  Stream(const RandomProgram& program, CpuFamily family, std::uint32_t seed, Mode mode,
         const CacheShape& caches)
      : program_(program),
        memory_(program.memory()),
        device_(seed + 0x2545F4, mode != Mode::kReal),
        bench_(RandomProgram::regions(memory_), device_, family, seed, caches) {
    bench_.hold_time();
    bench_.load(program.initial());
    while (!bench_.cpu().idle() && steps_.size() < kRetirements && is_plain()) {
      if (bench_.clock()) steps_.push_back({bench_.record(), bench_.state()});
    }
  }

  struct Step {
    RetireRecord record;
    CpuState state;

    bool operator==(const Step& other) const {
      return record.kind == other.record.kind && record.partial == other.record.partial &&
             record.vector == other.record.vector && record.error_code == other.record.error_code &&
             record.length == other.record.length && record.linear_eip == other.record.linear_eip &&
             state == other.state;
    }
  };
  const std::vector<Step>& steps() const { return steps_; }
  std::uint64_t clocks() const { return bench_.clocks(); }

 private:
  /// Not from device registers, as code or as tables (Run).
  bool is_plain() const {
    if (steps_.empty()) return true;
    const CpuState& state = steps_.back().state;
    return Run::in_memory(steps_.back().record.linear_eip) && Run::tables_stay(state) &&
           state.gdtr.base == program_.initial().gdtr.base;
  }

  const RandomProgram& program_;
  std::vector<std::uint8_t> memory_;
  RandomDevice device_;
  CpuBench bench_;
  std::vector<Step> steps_;
};

/// Programs of `mode` with all of the caches, with little of them, and with them off.
void expect_same_stream(Mode mode) {
  constexpr std::uint32_t kPrograms = 24;
  const CacheShape shapes[] = {
      built_caches(), {.sets = 4, .ways = 2}, {.sets = 1, .ways = 1, .off = true}};
  std::uint64_t retired = 0;
  std::array<std::uint64_t, std::size(shapes)> clocks{};
  for (std::uint32_t seed = 1; seed <= kPrograms; ++seed) {
    const CpuFamily family = family_of(seed);
    const RandomProgram program(seed, mode, family);
    const Stream full(program, family, seed, mode, shapes[0]);
    retired += full.steps().size();
    clocks[0] += full.clocks();
    for (std::size_t n = 1; n < std::size(shapes); ++n) {
      const Stream other(program, family, seed, mode, shapes[n]);
      clocks[n] += other.clocks();
      const auto [mine, theirs] = std::ranges::mismatch(full.steps(), other.steps());
      EXPECT_TRUE(mine == full.steps().end() && theirs == other.steps().end())
          << "seed " << seed << ", shape " << n << ", retirement " << mine - full.steps().begin();
    }
  }
  std::cout << retired << " retirements in " << clocks[0] << ", " << clocks[1] << " and "
            << clocks[2] << " clocks\n";
  EXPECT_GT(retired, 100u * kPrograms);
  EXPECT_LT(clocks[0], clocks[1]);
  EXPECT_LT(clocks[1], clocks[2]);
}

void run_seeds(Mode mode) {
  const std::uint32_t first = environment("STRATA_LOCKSTEP_SEED", kFirstSeed);
  const std::uint32_t count = environment("STRATA_LOCKSTEP_SEEDS", kSeeds);
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

TEST(RandomLockstep, WithoutCachesTheSameRetires) {
  for (const Mode mode : {Mode::kReal, Mode::kProtected, Mode::kPaged}) expect_same_stream(mode);
}

}  // namespace
}  // namespace strata::test
