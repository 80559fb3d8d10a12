// Reads that go over the end of a doubleword or a line, of memory another master stores into at
// random. Such a read may come between two stores, one half before and one behind them; but each
// half is what memory held at a moment while the instruction read, the low one's not after the high
// one's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <map>
#include <optional>
#include <vector>

#include "tests/lockstep/random_program.h"
#include "tests/rtl/cpu/cache_watch.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kCode = 0x2000;
constexpr std::uint32_t kCodeBytes = 0x800;
constexpr std::uint32_t kShared = 0x4000;
constexpr std::uint32_t kDwords = 64;  // that both use
constexpr std::uint32_t kMemoryBytes = 0x10000;
constexpr unsigned kClocks = 60'000;  // of a run

/// Clocks from the report of the instruction before to the oldest value a read may still find: the
/// report comes two clocks late, a store is known to the cache two clocks after it.
constexpr std::uint64_t kOldest = 4;

class StraddlingRun {
 public:
  StraddlingRun(std::uint32_t seed, const CacheShape& caches)
      : random_(seed),
        memory_(kMemoryBytes),
        regions_{{.base = 0, .size = kMemoryBytes, .host = memory_.data()}},
        bench_(regions_, nothing_, CpuFamily::k586, seed, caches),
        watch_(bench_, memory_),
        history_(kDwords) {
    for (std::uint32_t n = 0; n < kDwords; ++n) {
      history_[n].push_back({0, static_cast<std::uint32_t>(random_())});
      std::memcpy(&memory_[kShared + 4 * n], &history_[n].back().value, 4);
    }
    write_code();
    bench_.set_latency(1 + pick(random_, 3));
    if (pick(random_, 2) != 0) bench_.set_delays(1 + pick(random_, 1u << 31));
    CpuState initial = CpuState::reset();
    initial.seg[kCs].selector = 0;
    initial.seg[kCs].base = 0;
    initial.eip = kCode;
    bench_.load(initial);
  }

  void run() {
    const std::uint32_t pause = 2 + pick(random_, 12);
    std::uint64_t before = 0;  // clock of the latest report
    while (bench_.clocks() < kClocks && !testing::Test::HasFailure()) {
      if (pick(random_, pause) == 0) store();
      const bool retired = bench_.clock();
      ASSERT_EQ(watch_.check(), "");
      if (!retired) continue;
      const auto load = loads_.find(bench_.record().eip);
      if (load != loads_.end()) check(load->second, before);
      before = bench_.clocks();
    }
  }

  std::uint64_t reads() const { return reads_; }
  /// Halves of two times.
  std::uint64_t torn() const { return torn_; }

 private:
  struct Load {
    std::uint32_t address = 0;
    unsigned reg = 0;
  };
  struct Value {
    std::uint64_t since = 0;  // clock
    std::uint32_t value = 0;
  };

  /// Loads over the end of a doubleword, every third over that of a line, NOPs between, and back.
  void write_code() {
    std::uint32_t at = kCode;
    const auto put = [&](std::initializer_list<std::uint32_t> bytes) {
      for (const std::uint32_t byte : bytes) memory_[at++] = static_cast<std::uint8_t>(byte);
    };
    while (at < kCode + kCodeBytes) {
      for (std::uint32_t nops = pick(random_, 3); nops != 0; --nops) put({0x90});
      const std::uint32_t low = pick(random_, 3) == 0 ? 4 * pick(random_, kDwords / 4 - 1) + 3
                                                      : pick(random_, kDwords - 1);
      const Load load{kShared + 4 * low + 1 + pick(random_, 3), pick(random_, 4)};
      loads_[at] = load;
      put({0x66, 0x8B, load.reg << 3 | 6, load.address & 0xFF, load.address >> 8});
    }
    const std::uint32_t back = kCode - (at + 3);
    put({0xE9, back & 0xFF, back >> 8 & 0xFF});
  }

  void store() {
    const std::uint32_t n = pick(random_, kDwords);
    history_[n].push_back({bench_.clocks(), static_cast<std::uint32_t>(random_())});
    bench_.write_elsewhere(kShared + 4 * n, 4, history_[n].back().value);
    watch_.on_write_elsewhere(kShared + 4 * n);
  }

  /// When what memory held below `mask` was `value`, at `from` or later: the first such clock, or
  /// none.
  static std::optional<std::uint64_t> first_clock(const std::vector<Value>& history,
                                                  std::uint32_t mask, std::uint32_t value,
                                                  std::uint64_t from) {
    for (std::size_t n = 0; n < history.size(); ++n) {
      const bool over = n + 1 < history.size() && history[n + 1].since < from;
      if (!over && (history[n].value & mask) == value) return std::max(history[n].since, from);
    }
    return {};
  }

  void check(const Load& load, std::uint64_t before) {
    ++reads_;
    const std::uint32_t value = bench_.state().gpr[load.reg];
    const unsigned shift = 8 * (load.address & 3);
    const std::vector<Value>& low = history_[(load.address - kShared) / 4];
    const std::vector<Value>& high = history_[(load.address - kShared) / 4 + 1];
    const std::uint64_t oldest = before - std::min(before, kOldest);
    const auto low_clock = first_clock(low, ~0u << shift, value << shift, oldest);
    ASSERT_TRUE(low_clock) << std::hex << load.address << ": low half of " << value;
    const std::uint32_t high_mask = (1u << shift) - 1;
    const std::uint32_t high_value = value >> (32 - shift);
    const auto high_clock = first_clock(high, high_mask, high_value, *low_clock);
    ASSERT_TRUE(high_clock) << std::hex << load.address << ": high half of " << value;
    const bool together = first_clock(low, ~0u << shift, value << shift, *high_clock) == high_clock;
    torn_ += together ? 0 : 1;
  }

  Random random_;
  NoDevice nothing_;
  std::vector<std::uint8_t> memory_;
  std::vector<MemoryRegion> regions_;
  CpuBench bench_;
  CacheWatch watch_;
  std::map<std::uint32_t, Load> loads_;  // by EIP
  std::vector<std::vector<Value>> history_;
  std::uint64_t reads_ = 0;
  std::uint64_t torn_ = 0;
};

void run_straddling(const CacheShape& caches) {
  std::uint64_t reads = 0;
  std::uint64_t torn = 0;
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    StraddlingRun run(seed, caches);
    run.run();
    reads += run.reads();
    torn += run.torn();
  }
  std::cout << reads << " reads, " << torn << " of halves of two times\n";
  EXPECT_GT(reads, 5000u);
  EXPECT_GT(torn, 5u);
}

TEST(StraddlingReads, HalvesAreOfTheTimeOfTheRead) {
  run_straddling(built_caches());
}

TEST(StraddlingReads, SoTheyAreInSmallCaches) {
  run_straddling({.sets = 4, .ways = 2});
}

TEST(StraddlingReads, SoTheyAreWithoutCaches) {
  run_straddling({.sets = 1, .ways = 1, .off = true});
}

}  // namespace
}  // namespace strata::test
