// The Verilated UART in the SystemC platform: signals, bytes, and clocked only while it sends.
#include "models/uart/uart_rtl.h"

#include <gtest/gtest.h>

#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/wishbone_script.h"

namespace strata {
namespace {

using test::kPeriod;

TEST(UartRtl, SendsThenSleeps) {
  test::FreshSimulation simulation;
  const auto context = test::new_context();
  std::vector<std::uint8_t> sent;
  ClockDriver clock("clock", kPeriod);
  test::WishboneScript master("master", clock);
  UartRtl uart("uart", clock, context.get(), 25'000'000,
               [&sent](std::uint8_t byte) { sent.push_back(byte); });
  sc_core::sc_signal<WishboneRequest> request("request");
  sc_core::sc_signal<WishboneResponse> response("response");
  sc_core::sc_signal<bool> irq("irq");
  master.request(request);
  master.response(response);
  uart.request(request);
  uart.response(response);
  uart.irq(irq);

  master.write(3, 0x03);  // 8 N 1; 115200 baud after power-on
  master.write(1, 0x02);
  master.write(0, 'A');
  master.write(0, 'B');
  sc_core::sc_start(kPeriod * 100);
  EXPECT_EQ(sent, (std::vector<std::uint8_t>{'A'}));
  EXPECT_FALSE(irq.read());  // 'B' is in THR
  sc_core::sc_start(kPeriod * 2171);
  EXPECT_EQ(sent, (std::vector<std::uint8_t>{'A', 'B'}));
  EXPECT_TRUE(irq.read());
  EXPECT_TRUE(sc_core::sc_pending_activity());
  sc_core::sc_start(kPeriod * 2171);
  EXPECT_FALSE(sc_core::sc_pending_activity());
}

}  // namespace
}  // namespace strata
