// The gate of counter 2 and port 61, one script for both twins of the timer. Expected is what the
// data sheet of the 8254 (Intel 231164) says in the paragraphs of its modes and in "gate pin
// operations".
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>

#include "tests/rtl/pit/pit_twins.h"

namespace strata {
namespace {

constexpr std::uint32_t kPortB = 5;
constexpr std::uint32_t kPortA = 6;
constexpr unsigned kGated = 2;  // the counter

template <typename Port>
class PitGate : public testing::Test {
 protected:
  void control(unsigned mode) {
    port.write(kControl, 1, static_cast<std::uint32_t>(kGated << 6 | 3 << 4 | mode << 1));
  }
  void count(std::uint16_t value) {
    port.write(kGated, 1, value & 0xFF);
    port.write(kGated, 1, value >> 8);
  }
  /// The tick after the gate has moved.
  std::uint64_t gate(bool high) {
    port.write(kPortB, 1, high);
    return tick_after(port.now());
  }
  std::uint32_t latched() {
    port.write(kControl, 1, kGated << 6);
    const std::uint32_t low = port.read(kGated, 1);
    return low | port.read(kGated, 1) << 8;
  }
  bool out() { return port.read(kPortB, 1) >> 5 & 1; }
  /// OUT after `tick`: the access comes one cycle later.
  bool out_after(std::uint64_t tick) {
    run_to(tick);
    return out();
  }
  void run_to(std::uint64_t tick) {
    ASSERT_LE(port.now(), cycle_of(tick)) << "tick " << tick << " is past";
    port.idle(cycle_of(tick) - port.now());
  }
  void expect_low(std::uint64_t first, std::uint64_t end) {
    EXPECT_TRUE(out_after(first - 1)) << "before " << first;
    EXPECT_FALSE(out_after(first)) << first;
    if (end - 1 > first) {
      EXPECT_FALSE(out_after(end - 1)) << "before " << end;
    }
    EXPECT_TRUE(out_after(end)) << end;
  }

  Port port;
};

using Twins = testing::Types<PitCorePort, PitRtlPort>;
TYPED_TEST_SUITE(PitGate, Twins);

// IBM PC/AT Technical Reference, port 61: what is written at power-on is 0, bits 7:4 are inputs.
TYPED_TEST(PitGate, PortBKeepsItsLowBits) {
  EXPECT_EQ(this->port.read(kPortB, 1) & 0xEF, 0x20u);
  this->port.write(kPortB, 1, 0xFF);
  EXPECT_EQ(this->port.read(kPortB, 1) & 0xEF, 0x2Fu);
  this->port.write(kPortB, 1, 0x06);
  EXPECT_EQ(this->port.read(kPortB, 1) & 0xEF, 0x26u);
}

// IBM PS/2 Hardware Interface Technical Reference, system control port A: what the port does not
// have reads 0, so that it never reads FF.
TYPED_TEST(PitGate, PortAOpensA20AndAsksForAReset) {
  EXPECT_EQ(this->port.read(kPortA, 1), 0x00u);
  EXPECT_FALSE(this->port.a20());
  EXPECT_FALSE(this->port.reset());
  this->port.write(kPortA, 1, 0x02);
  EXPECT_TRUE(this->port.a20());
  this->port.write(kPortA, 1, 0xFC);
  EXPECT_EQ(this->port.read(kPortA, 1), 0x00u);
  EXPECT_FALSE(this->port.a20());
  this->port.write(kPortA, 1, 0xFF);
  EXPECT_EQ(this->port.read(kPortA, 1), 0x03u);
  EXPECT_TRUE(this->port.a20());
  EXPECT_TRUE(this->port.reset());
}

// A refresh every 18 ticks: 15.085 us.
TYPED_TEST(PitGate, RefreshChangesEvery18Ticks) {
  for (std::uint64_t refresh = 1; refresh < 5; ++refresh) {
    this->run_to(refresh * 18 - 1);
    EXPECT_EQ(this->port.read(kPortB, 1) >> 4 & 1, (refresh - 1) % 2);
    this->run_to(refresh * 18);
    EXPECT_EQ(this->port.read(kPortB, 1) >> 4 & 1, refresh % 2);
  }
}

// "Mode 0": a low gate disables counting and leaves OUT; a count is loaded all the same, and no
// tick is lost when the gate rises.
TYPED_TEST(PitGate, Mode0CountsWhileTheGateIsHigh) {
  this->control(0);
  this->count(10);
  this->port.idle(1000);
  EXPECT_EQ(this->latched(), 10u);
  EXPECT_FALSE(this->out());
  const std::uint64_t first = this->gate(true);
  this->run_to(first + 3);
  EXPECT_EQ(this->latched(), 6u);
  this->gate(false);
  this->port.idle(1000);
  EXPECT_EQ(this->latched(), 6u);
  const std::uint64_t again = this->gate(true);
  EXPECT_FALSE(this->out_after(again + 4));
  EXPECT_TRUE(this->out_after(again + 5));
}

// "Mode 1": OUT is low from the tick after the trigger on for N ticks; the gate need not stay.
TYPED_TEST(PitGate, Mode1IsAOneShotThatTheGateStarts) {
  this->control(1);
  this->count(20);
  this->port.idle(1000);
  EXPECT_TRUE(this->out());
  const std::uint64_t load = this->gate(true);
  this->gate(false);
  EXPECT_FALSE(this->out_after(load + 1));
  EXPECT_FALSE(this->out_after(load + 19));
  EXPECT_TRUE(this->out_after(load + 20));
  this->port.idle(70000);
  EXPECT_TRUE(this->out());
}

TYPED_TEST(PitGate, Mode1IsRetriggerableAndTakesANewCountThen) {
  this->control(1);
  this->count(20);
  const std::uint64_t load = this->gate(true);
  this->run_to(load + 5);
  this->count(30);  // not before the next trigger
  this->gate(false);
  const std::uint64_t again = this->gate(true);
  EXPECT_LT(again, load + 20);
  EXPECT_FALSE(this->out_after(again + 29));
  EXPECT_TRUE(this->out_after(again + 30));
}

// "Mode 2": a low gate takes OUT high at once; when it rises the next tick loads the count.
TYPED_TEST(PitGate, Mode2StartsAnewWithTheGate) {
  this->control(2);
  this->count(10);
  std::uint64_t load = this->gate(true);
  this->expect_low(load + 9, load + 10);
  EXPECT_FALSE(this->out_after(load + 19));
  this->gate(false);
  EXPECT_TRUE(this->out());
  const std::uint32_t stopped = this->latched();
  this->port.idle(1000);
  EXPECT_EQ(this->latched(), stopped);
  load = this->gate(true);
  this->expect_low(load + 9, load + 10);
}

// "Mode 3": likewise.
TYPED_TEST(PitGate, Mode3StartsAnewWithTheGate) {
  this->control(3);
  this->count(20);
  std::uint64_t load = this->gate(true);
  this->expect_low(load + 10, load + 20);
  EXPECT_FALSE(this->out_after(load + 32));
  this->gate(false);
  EXPECT_TRUE(this->out());
  this->port.idle(1000);
  EXPECT_TRUE(this->out());
  load = this->gate(true);
  this->expect_low(load + 10, load + 20);
}

// "Mode 4": a low gate disables counting and leaves OUT.
TYPED_TEST(PitGate, Mode4CountsWhileTheGateIsHigh) {
  this->control(4);
  this->count(10);
  this->port.idle(1000);
  EXPECT_EQ(this->latched(), 10u);
  const std::uint64_t first = this->gate(true);
  EXPECT_TRUE(this->out_after(first + 8));
  EXPECT_FALSE(this->out_after(first + 9));
  this->gate(false);
  EXPECT_TRUE(this->out_after(first + 10));
}

// "Mode 5": the strobe comes N ticks after the load, the gate need not stay, and it is
// retriggerable.
TYPED_TEST(PitGate, Mode5StrobesAfterTheGateHasRisen) {
  this->control(5);
  this->count(20);
  this->port.idle(1000);
  EXPECT_TRUE(this->out());
  std::uint64_t load = this->gate(true);
  this->gate(false);
  this->expect_low(load + 20, load + 21);
  load = this->gate(true);
  this->run_to(load + 15);
  this->gate(false);
  load = this->gate(true);
  this->expect_low(load + 20, load + 21);
}

TYPED_TEST(PitGate, OneThatRisesBeforeThereIsACountStartsNothing) {
  for (const unsigned mode : {1, 2, 3, 5}) {
    this->gate(false);
    this->control(mode);
    this->gate(true);
    this->port.idle(200);
    EXPECT_TRUE(this->out());
    EXPECT_TRUE(this->port.asleep());
  }
}

// What Linux does to measure its time stamp counter (arch/x86/kernel/tsc.c): mode 0 with the gate
// high, and OUT at its end.
TYPED_TEST(PitGate, MeasuresTimeAsLinuxDoes) {
  this->port.write(kPortB, 1, (this->port.read(kPortB, 1) & ~2u) | 1);
  this->control(0);
  this->count(11931);  // 10 ms
  const Cycle begun = this->port.now();
  while (!this->out()) this->port.idle(1);
  EXPECT_NEAR(static_cast<double>(this->port.now() - begun), 250'000.0, 30);
}

TEST(PitGateTwins, AgreeOnRandomAccesses) {
  std::mt19937 random(8254);
  PitCorePort core;
  PitRtlPort rtl;
  for (unsigned step = 0; step < 40'000; ++step) {
    const auto dice = static_cast<std::uint32_t>(random());
    const std::uint32_t value = dice >> 8 & 0xFF;
    switch (dice % 8) {
      case 0:
      case 1: core.write(kPortB, 1, value), rtl.write(kPortB, 1, value); break;
      case 2:  // all modes of the gated counter, in binary
        core.write(kControl, 1, 0xB0 | (value & 0xE)), rtl.write(kControl, 1, 0xB0 | (value & 0xE));
        break;
      case 3:
        for (const std::uint32_t byte : {value % 40, value < 16 ? 1u : 0u}) {
          core.write(kGated, 1, byte), rtl.write(kGated, 1, byte);
        }
        break;
      case 4:
        core.write(kControl, 1, 0xC8), rtl.write(kControl, 1, 0xC8);
        core.write(kPortA, 1, value), rtl.write(kPortA, 1, value);
        break;
      case 5: core.idle(dice >> 8 & 0x3FF), rtl.idle(dice >> 8 & 0x3FF); break;
      default: {
        const std::uint32_t offset = dice >> 8 & 1 ? kPortB : kGated;
        ASSERT_EQ(core.read(offset, 1), rtl.read(offset, 1)) << step << " offset " << offset;
        break;
      }
    }
    ASSERT_EQ(core.now(), rtl.now());
    ASSERT_EQ(core.state(), rtl.state()) << step;
    ASSERT_EQ(core.a20(), rtl.a20()) << step;
    ASSERT_EQ(core.reset(), rtl.reset()) << step;
  }
}

}  // namespace
}  // namespace strata
