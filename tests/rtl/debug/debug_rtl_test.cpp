// The Verilated debug ports in the SystemC platform.
#include "models/debug/debug_rtl.h"

#include <gtest/gtest.h>

#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/event_recorder.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/wishbone_script.h"

namespace strata {
namespace {

using test::kPeriod;

TEST(DebugRtl, GivesEachByteAwayInTheCycleOfItsAck) {
  test::FreshSimulation simulation;
  const auto context = test::new_context();
  test::EventRecorder log;
  std::string console;
  ClockDriver clock("clock", kPeriod);
  test::WishboneScript master("master", clock);
  DebugSinks sinks;
  sinks.console = [&console](std::uint8_t byte) { console += static_cast<char>(byte); };
  sinks.exit = [](std::uint8_t) { sc_core::sc_stop(); };
  DebugRtl debug("debug", clock, context.get(), sinks, &log);
  sc_core::sc_signal<WishboneRequest> request("request");
  sc_core::sc_signal<WishboneResponse> response("response");
  master.request(request);
  master.response(response);
  debug.request(request);
  debug.response(response);

  master.write(0, 0x10);
  master.write(5, 'o');
  master.write(5, 'k');
  master.write(8, 7);
  sc_core::sc_start(kPeriod * 100);
  EXPECT_EQ(console, "ok");
  EXPECT_EQ(log.latest("post 10"), master.accesses[0].acknowledged);
  // The exit status stopped the simulation before the master could see the ack.
  EXPECT_EQ(log.latest("exit 7"), clock.cycle());
  EXPECT_EQ(sc_core::sc_get_status(), sc_core::SC_STOPPED);
}

}  // namespace
}  // namespace strata
