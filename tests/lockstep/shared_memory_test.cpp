// The Verilated CPU beside another master that stores at random into the memory both use
// (shared_program.h): in lockstep with the interpreter, and in every clock every line of both
// caches is what memory holds in the order of the bus.
//
// STRATA_LOCKSTEP_SEED is the first seed, STRATA_LOCKSTEP_SEEDS how many run.
#include <gtest/gtest.h>

#include <bit>
#include <iostream>

#include "models/engine/lockstep/lockstep_checker.h"
#include "tests/lockstep/shared_program.h"
#include "tests/rtl/cpu/cache_watch.h"
#include "tests/rtl/cpu/cpu_bench.h"
#include "tests/support/environment_number.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kMostClocksOfAll = 3'000'000;
constexpr unsigned kClocksOfTheLastStores = 20 + 10 * CpuBench::kMostDelay;

struct SharedTally {
  std::uint64_t retired = 0;
  std::uint64_t clocks = 0;
  std::uint64_t stores = 0;    // of the other master
  std::uint64_t compared = 0;  // lines, clock by clock
};

class SharedRun {
 public:
  /// `contended`: the other master stores into the program's dwords, too.
  SharedRun(std::uint32_t seed, const CacheShape& caches, bool contended)
      : random_(seed + 0x51ED27),
        contended_(contended),
        program_(seed),
        memory_(program_.memory()),
        checker_memory_(program_.memory()),
        regions_{region_of(memory_)},
        checker_regions_{region_of(checker_memory_)},
        bench_(regions_, nothing_, CpuFamily::k586, seed, caches),
        checker_(checker_regions_, program_.initial()),
        watch_(bench_, memory_),
        pause_(2 + pick(random_, 30)) {
    bench_.set_checker(&checker_);
    bench_.set_latency(1 + pick(random_, 3));
    if (pick(random_, 2) != 0) bench_.set_delays(1 + pick(random_, 1u << 31));
    bench_.load(program_.initial());
  }

  /// Empty, or what went wrong.
  std::string run() {
    while (!bench_.cpu().idle()) {
      if (pick(random_, pause_) == 0 && bench_.bus_is_free()) store();
      const bool retired = bench_.clock();
      if (std::string wrong = watch_.check(); !wrong.empty()) return wrong;
      if (retired && !checker_.on_retire(bench_.record(), bench_.state())) return checker_.report();
      tally_.retired += retired ? 1 : 0;
      if (bench_.clocks() > kMostClocksOfAll) return "it does not end";
    }
    for (unsigned n = 0; n < kClocksOfTheLastStores; ++n) bench_.clock();
    bench_.finish_writes_elsewhere();
    if (bench_.cpu().shutdown()) return "the CPU has shut down";
    return memory_ == checker_memory_ ? "" : "memory differs";
  }

  SharedTally tally() const {
    SharedTally tally = tally_;
    tally.clocks = bench_.clocks();
    tally.compared = watch_.compared();
    return tally;
  }

 private:
  static MemoryRegion region_of(std::vector<std::uint8_t>& memory) {
    return {.base = 0, .size = memory.size(), .host = memory.data()};
  }

  /// Into the other master's dwords something new, anywhere what is there.
  void store() {
    ++tally_.stores;
    std::uint32_t address = 0;
    switch (pick(random_, contended_ ? 9 : 6)) {
      case 0: bench_.touch_elsewhere(address = SharedProgram::own_dword(random_)); break;
      case 1:
        bench_.touch_elsewhere(address = pick(random_, SharedProgram::kMemoryBytes) & ~3u);
        break;
      case 2:
        address = program_.foreign_dword(random_) + pick(random_, 4);
        bench_.write_elsewhere(address, 1, static_cast<std::uint32_t>(random_()));
        break;
      case 6:
      case 7:
        address = SharedProgram::own_dword(random_);
        bench_.write_elsewhere(address, 4, static_cast<std::uint32_t>(random_()));
        break;
      case 8:
        address = SharedProgram::own_dword(random_) + pick(random_, 3);
        bench_.write_elsewhere(address, 2, static_cast<std::uint32_t>(random_()));
        break;
      default:
        address = program_.foreign_dword(random_);
        bench_.write_elsewhere(address, 4, static_cast<std::uint32_t>(random_()));
    }
    watch_.on_write_elsewhere(address);
  }

  Random random_;
  const bool contended_;
  NoDevice nothing_;
  SharedProgram program_;
  std::vector<std::uint8_t> memory_;
  std::vector<std::uint8_t> checker_memory_;
  std::array<MemoryRegion, 1> regions_;
  std::array<MemoryRegion, 1> checker_regions_;
  CpuBench bench_;
  LockstepChecker checker_;
  CacheWatch watch_;
  std::uint32_t pause_;  // clocks from one of the other master's stores to the next, about
  SharedTally tally_;
};

void run_shared(const CacheShape& caches, std::uint32_t count, bool contended = false) {
  const std::uint32_t first = environment_number("STRATA_LOCKSTEP_SEED", 1);
  count = environment_number("STRATA_LOCKSTEP_SEEDS", count);
  SharedTally sum;
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    SharedRun run(seed, caches, contended);
    const std::string wrong = run.run();
    EXPECT_EQ(wrong, "") << "STRATA_LOCKSTEP_SEED=" << seed;
    const SharedTally tally = run.tally();
    sum.retired += tally.retired;
    sum.clocks += tally.clocks;
    sum.stores += tally.stores;
    sum.compared += tally.compared;
    if (!wrong.empty()) break;
  }
  std::cout << count << " programs: " << sum.retired << " retirements in " << sum.clocks
            << " clocks, " << sum.stores << " stores of the other master, " << sum.compared
            << " lines compared\n";
  EXPECT_GT(sum.retired, 5000u * count);
  EXPECT_GT(sum.stores, 500u * count);
  EXPECT_EQ(sum.compared > sum.clocks, !caches.off);
}

TEST(SharedMemory, EveryLineIsWhatMemoryHolds) {
  run_shared(built_caches(), 8);
}

TEST(SharedMemory, SoItIsInSmallCaches) {
  run_shared({.sets = 4, .ways = 2}, 8);
}

// A store of the CPU's that still waits in its buffer goes over what another master has stored
// since, in memory and in the checker.
TEST(SharedMemory, StoresOfBothIntoOneDwordAreInTheOrderOfTheBus) {
  run_shared(built_caches(), 8, true);
  run_shared({.sets = 4, .ways = 2}, 4, true);
  run_shared({.sets = 1, .ways = 1, .off = true}, 2, true);
}

TEST(SharedMemory, WithoutCachesEveryReadIsInTheOrderOfTheBus) {
  CacheShape caches = built_caches();
  caches.off = true;
  run_shared(caches, 4);
}

}  // namespace
}  // namespace strata::test
