// What only the plain C++ core has. The registers are in tests/rtl/uart, where both twins answer.
#include "models/uart/uart_core.h"

#include <gtest/gtest.h>

#include <string>

namespace strata {
namespace {

TEST(UartCore, HasATimerOnlyWhileItSends) {
  std::string sent;
  UartCore uart(25'000'000, [&sent](std::uint8_t byte) { sent += static_cast<char>(byte); }, {});
  EXPECT_EQ(uart.next_event(), kNever);
  uart.write(3, 1, 0x03, 10);
  EXPECT_EQ(uart.next_event(), kNever);
  uart.write(0, 1, 'A', 100);
  EXPECT_EQ(uart.next_event(), 101u);
  uart.advance(101);
  EXPECT_EQ(sent, "A");
  // 160 clocks of 1.8432 MHz are 2170.1 cycles of 25 MHz.
  EXPECT_EQ(uart.next_event(), 101u + 2171u);
  uart.advance(101 + 2171);
  EXPECT_EQ(uart.next_event(), kNever);
}

TEST(UartCore, TakesBytesAsFastAsAnEngineWrites) {
  std::string sent;
  UartCore uart(25'000'000, [&sent](std::uint8_t byte) { sent += static_cast<char>(byte); }, {});
  uart.write(3, 1, 0x03, 0);
  uart.write(2, 1, 0x01, 0);
  for (const char c : std::string("fast")) uart.write(0, 1, static_cast<std::uint8_t>(c), 7);
  uart.advance(100'000);
  EXPECT_EQ(sent, "fast");
}

TEST(UartCore, ResetGoesBackToPowerOn) {
  bool irq = false;
  UartCore uart(
      25'000'000, [](std::uint8_t) {}, [&irq](bool level) { irq = level; });
  uart.write(1, 1, 0x02, 0);
  uart.write(0, 1, 'A', 0);
  uart.write(7, 1, 0x55, 0);
  uart.advance(1);
  EXPECT_TRUE(irq);
  uart.reset();
  EXPECT_FALSE(irq);
  EXPECT_EQ(uart.next_event(), kNever);
  EXPECT_EQ(uart.read(5, 1, 10), 0x60u);
  EXPECT_EQ(uart.read(7, 1, 10), 0x00u);
}

}  // namespace
}  // namespace strata
