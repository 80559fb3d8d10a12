// The 8254, one script for both twins, OUT edges to the cycle; what is expected is the data sheet's
// (Intel 231164): a count written is loaded by the next tick, and from there on the mode says which
// tick moves OUT.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "tests/rtl/pit/pit_twins.h"

namespace strata {
namespace {

template <typename Port>
class PitContract : public testing::Test {
 protected:
  void control(std::uint8_t value) { port.write(kControl, 1, value); }
  void byte(unsigned counter, std::uint8_t value) { port.write(counter, 1, value); }
  std::uint32_t byte_of(unsigned counter) { return port.read(counter, 1); }
  std::uint32_t word_of(unsigned counter) {
    const std::uint32_t low = byte_of(counter);
    return low | byte_of(counter) << 8;
  }
  std::uint32_t latched(unsigned counter) {
    control(static_cast<std::uint8_t>(counter << 6));
    return word_of(counter);
  }
  // Writes low and high byte; returns the number of the tick that loads the count.
  std::uint64_t count(unsigned counter, std::uint16_t value) {
    byte(counter, static_cast<std::uint8_t>(value));
    byte(counter, static_cast<std::uint8_t>(value >> 8));
    return tick_after(port.now());
  }
  // Lets time pass up to and including the edge of `tick`.
  void run_to(std::uint64_t tick) { port.idle(cycle_of(tick) - port.now()); }

  using Edges = std::vector<Edge>;
  Port port;
};

using Twins = testing::Types<PitCorePort, PitRtlPort>;
TYPED_TEST_SUITE(PitContract, Twins);

TYPED_TEST(PitContract, OutIsHighAtPowerOnAndNothingRuns) {
  EXPECT_TRUE(this->port.irq());
  this->port.idle(10000);
  EXPECT_TRUE(this->port.edges.empty());
}

TYPED_TEST(PitContract, Mode0RaisesOutCountTicksAfterTheLoad) {
  this->control(0x30);
  const Cycle at = this->port.now();
  EXPECT_FALSE(this->port.irq());
  const std::uint64_t load = this->count(0, 100);
  this->run_to(load + 70000);
  EXPECT_EQ(this->port.edges, (std::vector<Edge>{{at, false}, {cycle_of(load + 100), true}}));
}

TYPED_TEST(PitContract, Mode0CountsOnBelowZero) {
  this->control(0x30);
  const std::uint64_t load = this->count(0, 3);
  this->run_to(load);
  EXPECT_EQ(this->latched(0), 3u);
  this->run_to(load + 2);
  EXPECT_EQ(this->latched(0), 1u);
  this->run_to(load + 4);
  EXPECT_EQ(this->latched(0), 0xFFFFu);
}

TYPED_TEST(PitContract, Mode0NewCountTakesOutLowAndFirstByteStopsCounting) {
  this->control(0x30);
  std::uint64_t load = this->count(0, 2);
  this->run_to(load + 5);
  EXPECT_TRUE(this->port.irq());
  this->byte(0, 10);
  const Cycle at = this->port.now();
  EXPECT_FALSE(this->port.irq());
  const std::uint32_t stopped = this->latched(0);
  this->port.idle(1000);
  EXPECT_EQ(this->latched(0), stopped);
  this->byte(0, 0);
  load = tick_after(this->port.now());
  this->run_to(load + 20);
  ASSERT_EQ(this->port.edges.size(), 4u);
  EXPECT_EQ(this->port.edges[2], (Edge{at, false}));
  EXPECT_EQ(this->port.edges[3], (Edge{cycle_of(load + 10), true}));
}

// OUT goes low for one tick when the count is one, and up again with the reload.
TYPED_TEST(PitContract, Mode2GivesOneLowTickAPeriod) {
  this->control(0x34);
  const std::uint64_t load = this->count(0, 1193);
  this->run_to(load + 3 * 1193);
  std::vector<Edge> expected;
  for (std::uint64_t period = 1; period <= 3; ++period) {
    expected.push_back({cycle_of(load + period * 1193 - 1), false});
    expected.push_back({cycle_of(load + period * 1193), true});
  }
  EXPECT_EQ(this->port.edges, expected);
}

TYPED_TEST(PitContract, Mode2TakesANewCountAtTheReload) {
  this->control(0x34);
  const std::uint64_t load = this->count(0, 50);
  this->run_to(load + 20);
  this->count(0, 80);
  this->run_to(load + 131);
  EXPECT_EQ(this->port.edges, (std::vector<Edge>{{cycle_of(load + 49), false},
                                                 {cycle_of(load + 50), true},
                                                 {cycle_of(load + 129), false},
                                                 {cycle_of(load + 130), true}}));
}

TYPED_TEST(PitContract, Mode2WithCountZeroIs65536) {
  this->control(0x34);
  const std::uint64_t load = this->count(0, 0);
  this->run_to(load + 65537);
  EXPECT_EQ(this->port.edges,
            (std::vector<Edge>{{cycle_of(load + 65535), false}, {cycle_of(load + 65536), true}}));
}

TYPED_TEST(PitContract, Mode3EvenCountIsASquareWave) {
  this->control(0x36);
  const std::uint64_t load = this->count(0, 100);
  this->run_to(load + 200);
  EXPECT_EQ(this->port.edges, (std::vector<Edge>{{cycle_of(load + 50), false},
                                                 {cycle_of(load + 100), true},
                                                 {cycle_of(load + 150), false},
                                                 {cycle_of(load + 200), true}}));
}

// High for (N + 1) / 2 ticks, low for (N - 1) / 2.
TYPED_TEST(PitContract, Mode3OddCountIsHighOneTickLonger) {
  this->control(0x36);
  const std::uint64_t load = this->count(0, 7);
  this->run_to(load + 14);
  EXPECT_EQ(this->port.edges, (std::vector<Edge>{{cycle_of(load + 4), false},
                                                 {cycle_of(load + 7), true},
                                                 {cycle_of(load + 11), false},
                                                 {cycle_of(load + 14), true}}));
}

TYPED_TEST(PitContract, Mode3CountsDownByTwo) {
  this->control(0x36);
  const std::uint64_t load = this->count(0, 101);
  this->run_to(load);
  EXPECT_EQ(this->latched(0), 100u);
  this->run_to(load + 3);
  EXPECT_EQ(this->latched(0), 94u);
}

TYPED_TEST(PitContract, Mode3TakesANewCountAtTheEndOfTheHalf) {
  this->control(0x36);
  const std::uint64_t load = this->count(0, 100);
  this->run_to(load + 10);
  this->count(0, 40);
  this->run_to(load + 95);
  EXPECT_EQ(this->port.edges, (std::vector<Edge>{{cycle_of(load + 50), false},
                                                 {cycle_of(load + 70), true},
                                                 {cycle_of(load + 90), false}}));
}

TYPED_TEST(PitContract, Mode3WithCountZeroIs65536) {
  this->control(0x36);
  const std::uint64_t load = this->count(0, 0);
  this->run_to(load + 65536);
  EXPECT_EQ(this->port.edges,
            (std::vector<Edge>{{cycle_of(load + 32768), false}, {cycle_of(load + 65536), true}}));
}

TYPED_TEST(PitContract, Mode4StrobesOnce) {
  this->control(0x38);
  const std::uint64_t load = this->count(0, 10);
  this->run_to(load + 70000);
  EXPECT_EQ(this->port.edges,
            (std::vector<Edge>{{cycle_of(load + 10), false}, {cycle_of(load + 11), true}}));
}

TYPED_TEST(PitContract, Modes1And5WaitForTheGate) {
  for (const std::uint8_t word : std::array<std::uint8_t, 2>{0x32, 0x3A}) {
    this->control(word);
    this->count(0, 10);
    this->port.idle(1000);
    this->control(0xE2);  // read-back: status of counter 0
    EXPECT_EQ(this->byte_of(0), 0xC0u | word);
  }
  EXPECT_TRUE(this->port.edges.empty());
}

TYPED_TEST(PitContract, BcdCountsInTens) {
  this->control(0x31);  // mode 0, BCD
  const std::uint64_t load = this->count(0, 0x0100);
  this->run_to(load + 1);
  EXPECT_EQ(this->latched(0), 0x0099u);
  this->run_to(load + 99);
  EXPECT_FALSE(this->port.irq());
  this->run_to(load + 100);
  EXPECT_TRUE(this->port.irq());
  this->run_to(load + 101);
  EXPECT_EQ(this->latched(0), 0x9999u);
}

TYPED_TEST(PitContract, BcdCountZeroIsTenThousand) {
  this->control(0x35);  // mode 2, BCD
  const std::uint64_t load = this->count(0, 0);
  this->run_to(load + 10000);
  EXPECT_EQ(this->port.edges,
            (std::vector<Edge>{{cycle_of(load + 9999), false}, {cycle_of(load + 10000), true}}));
}

TYPED_TEST(PitContract, SingleByteCounts) {
  this->control(0x14);  // low byte only
  this->byte(0, 20);
  std::uint64_t load = tick_after(this->port.now());
  this->run_to(load + 20);
  EXPECT_EQ(this->port.edges.back(), (Edge{cycle_of(load + 20), true}));
  EXPECT_EQ(this->byte_of(0), 20u);
  this->control(0x24);  // high byte only
  this->byte(0, 1);
  load = tick_after(this->port.now());
  this->run_to(load + 256);
  EXPECT_EQ(this->port.edges.back(), (Edge{cycle_of(load + 256), true}));
  EXPECT_EQ(this->byte_of(0), 1u);
}

TYPED_TEST(PitContract, LatchHoldsUntilRead) {
  this->control(0x34);
  const std::uint64_t load = this->count(0, 1000);
  this->run_to(load + 10);
  this->control(0x00);  // latch counter 0
  this->run_to(load + 500);
  this->control(0x00);  // ignored: latched already
  EXPECT_EQ(this->word_of(0), 990u);
  EXPECT_EQ(this->latched(0), 500u);
}

TYPED_TEST(PitContract, ReadBackLatchesStatusBeforeCount) {
  this->control(0x34);
  this->control(0xE2);
  EXPECT_EQ(this->byte_of(0), 0xF4u);  // OUT high, null count, both bytes, mode 2
  const std::uint64_t load = this->count(0, 1000);
  this->run_to(load + 10);
  this->control(0xC2);  // status and count of counter 0
  this->run_to(load + 20);
  EXPECT_EQ(this->byte_of(0), 0xB4u);
  EXPECT_EQ(this->word_of(0), 990u);
  this->run_to(load + 999);
  this->control(0xE2);
  EXPECT_EQ(this->byte_of(0), 0x34u);  // OUT low
}

TYPED_TEST(PitContract, CountersAreIndependent) {
  this->control(0x34);
  const std::uint64_t load0 = this->count(0, 100);
  this->control(0x74);
  const std::uint64_t load1 = this->count(1, 7);
  this->port.write(5, 1, 0x01);  // the gate of counter 2
  this->control(0xB6);
  const std::uint64_t load2 = this->count(2, 1000);
  const std::uint64_t end = load2 + 100003;
  this->run_to(end);
  this->control(0xDE);  // latch the count of all three
  EXPECT_EQ(this->word_of(0), 100 - (end - load0) % 100);
  EXPECT_EQ(this->word_of(1), 7 - (end - load1) % 7);
  // Mode 3: 100003 ticks are 100 periods and 3 ticks of two each.
  EXPECT_EQ(this->word_of(2), 994u);
}

TYPED_TEST(PitContract, ControlWordStopsTheCounterAndRaisesOut) {
  this->control(0x30);
  this->count(0, 100);
  this->port.idle(100);
  this->control(0x34);
  EXPECT_TRUE(this->port.irq());
  EXPECT_EQ(this->port.edges.back(), (Edge{this->port.now(), true}));
  this->port.idle(100000);
  EXPECT_EQ(this->port.edges.size(), 2u);
}

TYPED_TEST(PitContract, ControlRegisterReadsAllOnes) {
  EXPECT_EQ(this->byte_of(3), 0xFFu);
}

// Both twins go through the same accesses, at every distance from a tick, and agree to the cycle.
TEST(PitTwins, AgreeWhereAccessesMeetTicks) {
  for (Cycle shift = 0; shift < 44; ++shift) {
    PitCorePort core;
    PitRtlPort rtl;
    const auto both = [&](auto&& action) {
      const auto a = action(core);
      const auto b = action(rtl);
      EXPECT_EQ(a, b) << shift;
      EXPECT_EQ(core.asleep(), rtl.asleep()) << shift;
    };
    const auto write = [&](std::uint32_t offset, std::uint8_t value) {
      both([&](PitPort& port) {
        port.write(offset, 1, value);
        return port.irq();
      });
    };
    const auto read = [&](std::uint32_t offset) {
      both([&](PitPort& port) { return port.read(offset, 1); });
    };
    const auto idle = [&](Cycle cycles) {
      both([&](PitPort& port) {
        port.idle(cycles);
        return port.irq();
      });
    };
    for (const std::uint8_t word : std::array<std::uint8_t, 4>{0x30, 0x34, 0x36, 0x38}) {
      idle(shift);
      write(kControl, word), write(0, 5), write(0, 0);
      idle(150 + shift);
      write(kControl, 0xC2), read(0), read(0), read(0);
      write(0, 4);
      idle(shift);
      write(0, 0);
      idle(60 + shift);
      read(0), idle(shift), read(0);
      write(kControl, 0x00), read(0), read(0);
    }
    EXPECT_EQ(core.edges, rtl.edges) << shift;
  }
}

}  // namespace
}  // namespace strata
