// What a random program retires does not depend on what is around the CPU: whole caches, small ones
// or none, a bus that answers after delays at random, another master that throws lines out. Without
// interrupts, which come at other instructions, and with the time stamp counter held.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <vector>

#include "tests/lockstep/random_caches.h"
#include "tests/lockstep/random_device.h"

namespace strata::test {
namespace {

constexpr std::size_t kRetirements = 3000;
constexpr std::uint32_t kEndOfTouches = 0x120000;  // of the memory another master touches

/// What is not the program's: none of it may change what retires.
struct Surroundings {
  CacheShape caches = built_caches();
  std::uint32_t delays = 0;       // CpuBench::set_delays()
  std::uint32_t touch_pause = 0;  // touch_at_random()
};

/// What retires in `program` and the state after it, without interrupts and with the time held,
/// until it stops or is long enough.
class Stream {
 public:
  Stream(const RandomProgram& program, CpuFamily family, std::uint32_t seed, Mode mode,
         const Surroundings& around)
      : program_(program),
        memory_(program.memory()),
        device_(seed + 0x2545F4, mode != Mode::kReal),
        bench_(RandomProgram::regions(memory_), device_, family, seed, around.caches) {
    bench_.hold_time();
    bench_.set_delays(around.delays);
    Random touches(seed);
    bench_.load(program.initial());
    while (!bench_.cpu().idle() && steps_.size() < kRetirements && is_plain()) {
      touch_at_random(bench_, touches, around.touch_pause, kEndOfTouches);
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
  /// Nothing comes from device registers, as code or as tables.
  bool is_plain() const {
    if (steps_.empty()) return true;
    const CpuState& state = steps_.back().state;
    return is_in_memory(steps_.back().record.linear_eip) && tables_stay(state) &&
           state.gdtr.base == program_.initial().gdtr.base;
  }

  const RandomProgram& program_;
  std::vector<std::uint8_t> memory_;
  RandomDevice device_;
  CpuBench bench_;
  std::vector<Step> steps_;
};

/// Programs of `mode` in each of these surroundings retire what they do in the first. The clocks of
/// each.
std::vector<std::uint64_t> expect_same_stream(Mode mode, const std::vector<Surroundings>& all) {
  constexpr std::uint32_t kPrograms = 24;
  std::uint64_t retired = 0;
  std::vector<std::uint64_t> clocks(all.size());
  for (std::uint32_t seed = 1; seed <= kPrograms; ++seed) {
    const CpuFamily family = random_family(seed);
    const RandomProgram program(seed, mode, family);
    const Stream first(program, family, seed, mode, all[0]);
    retired += first.steps().size();
    clocks[0] += first.clocks();
    for (std::size_t n = 1; n < all.size(); ++n) {
      const Stream other(program, family, seed, mode, all[n]);
      clocks[n] += other.clocks();
      const auto [mine, theirs] = std::ranges::mismatch(first.steps(), other.steps());
      EXPECT_TRUE(mine == first.steps().end() && theirs == other.steps().end())
          << "seed " << seed << ", surroundings " << n << ", retirement "
          << mine - first.steps().begin();
    }
  }
  EXPECT_GT(retired, 100u * kPrograms);
  std::cout << retired << " retirements in clocks";
  for (const std::uint64_t each : clocks) std::cout << ' ' << each;
  std::cout << '\n';
  return clocks;
}

constexpr Mode kModes[] = {Mode::kReal, Mode::kProtected, Mode::kPaged};

constexpr CacheShape kSmall = {.sets = 4, .ways = 2};
constexpr CacheShape kOff = {.sets = 1, .ways = 1, .off = true};

TEST(RetirementStream, IsTheSameWithoutCaches) {
  for (const Mode mode : kModes) {
    const auto clocks = expect_same_stream(
        mode, {{.caches = built_caches()}, {.caches = kSmall}, {.caches = kOff}});
    EXPECT_LT(clocks[0], clocks[1]);
    EXPECT_LT(clocks[1], clocks[2]);
  }
}

TEST(RetirementStream, IsTheSameHoweverLateTheBusAnswers) {
  for (const Mode mode : kModes) {
    const auto clocks = expect_same_stream(mode, {{},
                                                  {.delays = 1},
                                                  {.delays = 77, .touch_pause = 9},
                                                  {.caches = kSmall, .delays = 5, .touch_pause = 4},
                                                  {.caches = kOff, .delays = 3}});
    for (std::size_t n = 1; n < clocks.size(); ++n) EXPECT_LT(clocks[0], clocks[n]);
  }
}

}  // namespace
}  // namespace strata::test
