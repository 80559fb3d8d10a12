// Contract of the two twins of the clock. What is expected is the data sheet's (Motorola MC146818),
// by the name of its paragraph; ticks are those of the 32.768 kHz crystal, of which cycle 2k is the
// k-th.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/rtl/rtc/rtc_twins.h"

namespace strata::test {
namespace {

constexpr std::uint8_t kA = 0x0A;
constexpr std::uint8_t kB = 0x0B;
constexpr std::uint8_t kC = 0x0C;
constexpr std::uint8_t kD = 0x0D;
constexpr std::uint8_t kRuns = 0x20;
constexpr std::uint8_t kHeld = 0x60;
constexpr std::uint8_t k24Hours = 0x02;
constexpr std::uint8_t kBinary = 0x04;
constexpr std::uint8_t kSet = 0x80;
constexpr std::uint8_t kEnables[] = {0x40, 0x20, 0x10};  // PIE, AIE, UIE
constexpr std::uint8_t kAlarmBytes[] = {1, 3, 5};

constexpr Cycle kTick = 2;
constexpr Cycle kSecond = 32'768 * kTick;
// "Update cycle times": 1984 us, and 244 us before it.
constexpr Cycle kUpdate = 65 * kTick;
constexpr Cycle kBeforeUpdate = 8 * kTick;

RtcState power_on() {
  RtcState state;
  state.a = kRuns;
  state.b = k24Hours;
  return state;
}

class RtcContract : public testing::TestWithParam<RtcKind> {
 protected:
  std::unique_ptr<RtcPort> rtc = make_rtc(GetParam(), power_on());

  /// Bytes 0, 2, 4 and 6 to 9, seconds first.
  using Time = std::array<std::uint8_t, 7>;
  static constexpr std::array<std::uint8_t, 7> kTimeBytes = {0, 2, 4, 6, 7, 8, 9};

  void set_time(std::uint8_t b, const Time& time) {
    rtc->put(kB, b | kSet);
    for (std::size_t i = 0; i < time.size(); ++i) rtc->put(kTimeBytes[i], time[i]);
    rtc->put(kB, b);
  }
  Time time() {
    Time time;
    for (std::size_t i = 0; i < time.size(); ++i) time[i] = rtc->get(kTimeBytes[i]);
    return time;
  }
  /// From a reset of the divider on, whose write is at the cycle it returns.
  Cycle restart() {
    rtc->put(kA, kHeld);
    rtc->put(kA, kRuns);
    return rtc->now() - 1;
  }
  /// The cycle at which an update ends that began half a second after `start`, `seconds` later.
  static Cycle end_of_update(Cycle start, unsigned seconds = 0) {
    return (start / kTick) * kTick + kSecond / 2 + kUpdate + seconds * kSecond;
  }
};

INSTANTIATE_TEST_SUITE_P(Twins, RtcContract, testing::Values(RtcKind::kCore, RtcKind::kRtl),
                         testing::PrintToStringParamName());

TEST_P(RtcContract, MemoryKeepsWhatIsWritten) {
  for (unsigned index = 0x0E; index < 0x80; ++index) {
    rtc->put(static_cast<std::uint8_t>(index), static_cast<std::uint8_t>(index * 37));
  }
  for (unsigned index = 0x0E; index < 0x80; ++index) {
    ASSERT_EQ(rtc->get(static_cast<std::uint8_t>(index)), static_cast<std::uint8_t>(index * 37));
  }
}

// IBM PC/AT Technical Reference, "NMI mask": bit 7 of port 70 is no part of the address, and masks
// the NMI, as it is at power-on.
TEST_P(RtcContract, IndexHasTheMaskOfTheNmiBesideIt) {
  EXPECT_TRUE(rtc->state().nmi_off);
  rtc->put(0x40, 0x5A);
  EXPECT_FALSE(rtc->state().nmi_off);
  EXPECT_EQ(rtc->get(0xC0), 0x5A);
  EXPECT_TRUE(rtc->state().nmi_off);
  EXPECT_EQ(rtc->state().index, 0x40);
  EXPECT_EQ(rtc->read(0, 1), 0xFFu);  // write only
  EXPECT_EQ(rtc->read(0, 2), 0x5AFFu);
}

TEST_P(RtcContract, BothPortsAtOnceAreIndexAndThenData) {
  rtc->put(0x50, 0x11);
  rtc->write(0, 2, 0x2251);
  EXPECT_EQ(rtc->get(0x50), 0x11);
  EXPECT_EQ(rtc->get(0x51), 0x22);
}

// "Register A": UIP is read only. "Register C", "register D": read only; bits 3:0 of C are zero.
TEST_P(RtcContract, SomeBitsAreReadOnly) {
  rtc->put(kA, 0xA6);
  EXPECT_EQ(rtc->get(kA), 0x26);
  rtc->put(kC, 0xFF);
  EXPECT_EQ(rtc->get(kC), 0x00);
  EXPECT_EQ(rtc->get(kD), 0x80);
  rtc->put(kD, 0x00);
  EXPECT_EQ(rtc->get(kD), 0x80);
  rtc->put(kB, 0x7F);
  EXPECT_EQ(rtc->get(kB), 0x7F);
}

// "Divider control": the first update begins half a second after the divider has left reset.
TEST_P(RtcContract, UpdatesEverySecondFromHalfASecondOn) {
  const Cycle start = restart();
  rtc->put(kB, k24Hours | 0x10);
  for (unsigned second = 0; second < 3; ++second) {
    rtc->idle_to(end_of_update(start, second) + 10);
    EXPECT_EQ(rtc->get(kC), 0x90);
    EXPECT_EQ(rtc->get(0x00), second + 1);
  }
  const std::vector<Cycle> expected = {end_of_update(start, 0), end_of_update(start, 1),
                                       end_of_update(start, 2)};
  EXPECT_EQ(rtc->rises, expected);
}

// "Update cycle": UIP says when time bytes are about to change, 244 us before.
TEST_P(RtcContract, UipIsFrom244MicrosecondsBeforeTheUpdateToItsEnd) {
  const Cycle end = end_of_update(restart());
  rtc->write(0, 1, kA);
  // An access reads what is there before the edge after now().
  rtc->idle_to(end - kUpdate - kBeforeUpdate - 1);
  EXPECT_EQ(rtc->read(1, 1), 0x20u);
  EXPECT_EQ(rtc->read(1, 1), 0xA0u);
  rtc->idle_to(end - 1);
  EXPECT_EQ(rtc->read(1, 1), 0xA0u);
  EXPECT_EQ(rtc->read(1, 1), 0x20u);
}

struct Step {
  const char* name;
  std::uint8_t b;
  std::array<std::uint8_t, 7> from;
  std::array<std::uint8_t, 7> to;
};

// "Time, calendar and alarm locations": ranges of each byte in both codes.
constexpr Step kSteps[] = {
    {"seconds", k24Hours, {0x08, 0, 0, 1, 1, 1, 0}, {0x09, 0, 0, 1, 1, 1, 0}},
    {"digit", k24Hours, {0x09, 0, 0, 1, 1, 1, 0}, {0x10, 0, 0, 1, 1, 1, 0}},
    {"binary", k24Hours | kBinary, {9, 0, 0, 1, 1, 1, 0}, {10, 0, 0, 1, 1, 1, 0}},
    {"minute", k24Hours, {0x59, 0x09, 0, 1, 1, 1, 0}, {0, 0x10, 0, 1, 1, 1, 0}},
    {"hour", k24Hours, {0x59, 0x59, 0x09, 1, 1, 1, 0}, {0, 0, 0x10, 1, 1, 1, 0}},
    {"hour20", k24Hours, {0x59, 0x59, 0x19, 1, 1, 1, 0}, {0, 0, 0x20, 1, 1, 1, 0}},
    {"day", k24Hours, {0x59, 0x59, 0x23, 7, 9, 1, 0}, {0, 0, 0, 1, 0x10, 1, 0}},
    {"binaryday", k24Hours | kBinary, {59, 59, 23, 7, 9, 1, 0}, {0, 0, 0, 1, 10, 1, 0}},
    {"year", k24Hours, {0x59, 0x59, 0x23, 5, 0x31, 0x12, 0x99}, {0, 0, 0, 6, 1, 1, 0}},
    {"binaryyear", k24Hours | kBinary, {59, 59, 23, 5, 31, 12, 98}, {0, 0, 0, 6, 1, 1, 99}},
    {"april", k24Hours, {0x59, 0x59, 0x23, 2, 0x30, 4, 0x26}, {0, 0, 0, 3, 1, 5, 0x26}},
    {"november", k24Hours | kBinary, {59, 59, 23, 2, 30, 11, 26}, {0, 0, 0, 3, 1, 12, 26}},
    {"february", k24Hours, {0x59, 0x59, 0x23, 2, 0x28, 2, 0x26}, {0, 0, 0, 3, 1, 3, 0x26}},
    {"leapyear", k24Hours, {0x59, 0x59, 0x23, 2, 0x28, 2, 0x28}, {0, 0, 0, 3, 0x29, 2, 0x28}},
    {"leapday", k24Hours, {0x59, 0x59, 0x23, 2, 0x29, 2, 0x28}, {0, 0, 0, 3, 1, 3, 0x28}},
    {"leap1992", k24Hours, {0x59, 0x59, 0x23, 2, 0x28, 2, 0x92}, {0, 0, 0, 3, 0x29, 2, 0x92}},
    {"binaryleap", k24Hours | kBinary, {59, 59, 23, 2, 28, 2, 76}, {0, 0, 0, 3, 29, 2, 76}},
    {"one", 0, {0x59, 0x59, 0x12, 1, 1, 1, 0}, {0, 0, 0x01, 1, 1, 1, 0}},
    {"ten", 0, {0x59, 0x59, 0x89, 1, 1, 1, 0}, {0, 0, 0x90, 1, 1, 1, 0}},
    {"noon", 0, {0x59, 0x59, 0x11, 1, 1, 1, 0}, {0, 0, 0x92, 1, 1, 1, 0}},
    {"afternoon", 0, {0x59, 0x59, 0x92, 1, 1, 1, 0}, {0, 0, 0x81, 1, 1, 1, 0}},
    {"midnight", 0, {0x59, 0x59, 0x91, 1, 1, 1, 0}, {0, 0, 0x12, 2, 2, 1, 0}},
    {"binarynoon", kBinary, {59, 59, 11, 1, 1, 1, 0}, {0, 0, 0x8C, 1, 1, 1, 0}},
    {"binarymidnight", kBinary, {59, 59, 0x8B, 1, 1, 1, 0}, {0, 0, 12, 2, 2, 1, 0}},
};

TEST_P(RtcContract, CountsTimeAndCalendar) {
  const Cycle start = restart();
  unsigned second = 0;
  for (const Step& step : kSteps) {
    set_time(step.b, step.from);
    rtc->idle_to(end_of_update(start, second++));
    EXPECT_EQ(time(), step.to) << step.name;
  }
}

// "Alarm": all three bytes are compared each second; C0 to FF are any.
TEST_P(RtcContract, AlarmComesWhenAllThreeBytesAreTheTime) {
  const Cycle start = restart();
  set_time(k24Hours, {0x58, 0x59, 0x06, 1, 1, 1, 0});
  const std::array<std::uint8_t, 3> alarm = {0x01, 0x00, 0x07};
  for (std::uint8_t i = 0; i < 3; ++i) {
    rtc->put(static_cast<std::uint8_t>(2 * i + 1), alarm[i]);
  }
  rtc->put(kB, k24Hours | 0x20);
  rtc->idle_to(end_of_update(start, 4) + 4);
  // 06:59:59, 07:00:00, 07:00:01
  EXPECT_EQ(rtc->rises, (std::vector<Cycle>{end_of_update(start, 2)}));
  EXPECT_TRUE(rtc->irq());
  EXPECT_EQ(rtc->get(kC), 0xB0);
  EXPECT_FALSE(rtc->irq());
}

TEST_P(RtcContract, AlarmBytesFromC0OnAreAny) {
  const Cycle start = restart();
  set_time(k24Hours, {0, 0x30, 0x06, 1, 1, 1, 0});
  for (const std::uint8_t at : kAlarmBytes) rtc->put(at, 0xC0);
  rtc->put(kB, k24Hours | 0x20);
  rtc->idle_to(end_of_update(start) + 4);
  EXPECT_EQ(rtc->get(kC), 0xB0);
  rtc->put(5, 0x07);  // not this hour
  rtc->idle_to(end_of_update(start, 1) + 4);
  EXPECT_EQ(rtc->get(kC), 0x10);
  rtc->put(5, 0xBF);  // no time at all
  rtc->idle_to(end_of_update(start, 2) + 4);
  EXPECT_EQ(rtc->get(kC), 0x10);
}

// "Periodic interrupt rates", the column of 32.768 kHz: microseconds.
TEST_P(RtcContract, PeriodicInterruptHasTheRatesOfTheTable) {
  constexpr double kMicroseconds[] = {0,       3906.25,  7812.5,  122.070, 244.141, 488.281,
                                      976.562, 1953.125, 3906.25, 7812.5,  15625,   31250,
                                      62500,   125000,   250000,  500000};
  for (unsigned rate = 0; rate < 16; ++rate) {
    restart();
    rtc->put(kA, static_cast<std::uint8_t>(kRuns | rate));
    rtc->put(kB, k24Hours | 0x40);
    rtc->rises.clear();
    for (unsigned i = 0; i < 3 && rate != 0; ++i) {
      const std::size_t seen = rtc->rises.size();
      while (rtc->rises.size() == seen) rtc->idle(1);
      EXPECT_EQ(rtc->get(kC) & 0xC0, 0xC0);
    }
    if (rate == 0) {
      rtc->idle(kSecond);
      EXPECT_EQ(rtc->get(kC) & 0x40, 0);
      EXPECT_TRUE(rtc->rises.empty());
    } else if (rate > 4) {  // the access between two of the faster ones takes too long
      const auto cycles = static_cast<double>(rtc->rises[2] - rtc->rises[1]);
      EXPECT_NEAR(cycles * 1e6 / kRtcCpuHz, kMicroseconds[rate], 0.001) << rate;
    }
  }
}

// "Register C": IRQF is PF and PIE, or AF and AIE, or UF and UIE; a read clears all flags.
TEST_P(RtcContract, FlagsComeWithoutTheirEnablesAndReadingClearsThem) {
  const Cycle start = restart();
  rtc->put(kA, kRuns | 0x06);
  for (const std::uint8_t at : kAlarmBytes) rtc->put(at, 0xFF);
  rtc->idle_to(end_of_update(start) + 4);
  EXPECT_FALSE(rtc->irq());
  EXPECT_EQ(rtc->get(kC), 0x70);
  EXPECT_EQ(rtc->get(kC) & 0x30, 0x00);
  for (const std::uint8_t enable : kEnables) {
    rtc->put(kB, k24Hours);
    rtc->idle(kSecond);
    rtc->put(kB, k24Hours | enable);
    EXPECT_TRUE(rtc->irq());
    rtc->put(kB, k24Hours);
    EXPECT_FALSE(rtc->irq());
    rtc->put(kB, k24Hours | enable);
    EXPECT_EQ(rtc->get(kC), 0xF0);
    EXPECT_FALSE(rtc->irq());
  }
}

// DS12887 data sheet, "register C": what comes during a read is held until it has ended.
TEST_P(RtcContract, FlagOfTheReadsOwnEdgeIsHeldForOne) {
  restart();
  rtc->put(kA, kRuns | 0x06);
  rtc->put(kB, k24Hours | 0x40);
  rtc->write(0, 1, kC);
  while (!rtc->irq()) rtc->idle(1);
  const Cycle first = rtc->now();
  const Cycle second = first + 32 * kTick;
  rtc->idle_to(second - 1);
  EXPECT_EQ(rtc->read(1, 1), 0xC0u);  // at the edge of the second
  EXPECT_TRUE(rtc->irq());
  EXPECT_EQ(rtc->rises, (std::vector<Cycle>{first, second + 1}));
}

// "Register B": SET stops the updates and takes UIE back; periodic interrupts go on.
TEST_P(RtcContract, SetHoldsTheTime) {
  const Cycle start = restart();
  rtc->put(kA, kRuns | 0x0F);
  rtc->put(kB, k24Hours | kSet | 0x50);
  EXPECT_EQ(rtc->get(kB), k24Hours | kSet | 0x40);
  rtc->put(0x00, 0x30);
  rtc->write(0, 1, kA);
  rtc->idle_to(end_of_update(start) - 20);
  EXPECT_EQ(rtc->read(1, 1), kRuns | 0x0Fu);  // no UIP
  rtc->idle_to(end_of_update(start, 1) + 4);
  EXPECT_EQ(rtc->get(0x00), 0x30);
  EXPECT_EQ(rtc->get(kC), 0xC0);
}

TEST_P(RtcContract, DividerInResetHoldsTimeAndStartsAnew) {
  rtc->put(kA, kHeld | 0x10);
  rtc->idle(2 * kSecond);
  EXPECT_EQ(rtc->get(kC), 0x00);
  EXPECT_EQ(rtc->state().divider, 0);
  EXPECT_TRUE(rtc->asleep());
  const Cycle start = restart();
  rtc->idle_to(end_of_update(start) - 4);
  EXPECT_EQ(rtc->get(0x00), 0);
  EXPECT_EQ(rtc->get(0x00), 1);
}

// Another crystal's divider.
TEST_P(RtcContract, DividerOfAnotherCrystalStandsStill) {
  const Cycle start = restart();
  rtc->idle_to(start / kTick * kTick + 1000 * kTick);
  rtc->put(kA, 0x10);
  const std::uint16_t divider = rtc->state().divider;
  EXPECT_NEAR(divider, 1000, 2);
  rtc->idle(2 * kSecond);
  EXPECT_EQ(rtc->state().divider, divider);
  EXPECT_EQ(rtc->get(kC), 0x00);
}

// What is asked for less often costs less: the machine sleeps on where nothing can come.
TEST_P(RtcContract, SleepsUntilAnInterruptCanCome) {
  EXPECT_TRUE(rtc->asleep());
  rtc->put(kB, k24Hours | 0x10);
  EXPECT_FALSE(rtc->asleep());
  rtc->put(kB, k24Hours | kSet | 0x20);
  EXPECT_TRUE(rtc->asleep());
  rtc->put(kB, k24Hours | 0x40);
  EXPECT_TRUE(rtc->asleep());  // rate 0
  rtc->put(kA, kRuns | 6);
  EXPECT_FALSE(rtc->asleep());
  rtc->idle(32 * kTick);
  EXPECT_TRUE(rtc->irq());
  EXPECT_TRUE(rtc->asleep());  // until register C is read
  rtc->get(kC);
  EXPECT_FALSE(rtc->asleep());
}

}  // namespace
}  // namespace strata::test
