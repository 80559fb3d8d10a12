// PicRtl in SystemC: request lines as signals, the INTA cycle, and what it logs. PicTlm is equal to
// it (tests/rtl/twins).
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "models/pic/pic_rtl.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using test::kPeriod;

using IrqSignal = sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>;

class Log : public EventLog {
 public:
  std::vector<std::string> lines;
  void record(Cycle cycle, std::string_view unit, std::string what) override {
    lines.push_back(std::to_string(cycle) + ' ' + std::string(unit) + ' ' + what);
  }
};

// Vectors 20h and 28h, 8086 mode, all unmasked: {offset, byte}.
constexpr std::uint8_t kProgram[][2] = {{0, 0x11}, {1, 0x20}, {1, 0x04}, {1, 0x01}, {1, 0x00},
                                        {4, 0x11}, {5, 0x28}, {5, 0x02}, {5, 0x01}, {5, 0x00}};

class PicRtlSystemc : public testing::Test {
 protected:
  PicRtlSystemc() {
    pic.request(request), pic.response(response), pic.intr(intr);
    pic.irq[14](irq14), pic.irq[0](irq0);
    // Past edge 1, so that each further period holds one edge.
    sc_core::sc_start(kPeriod * 1.25);
    for (const auto& [offset, value] : kProgram) {
      access({.adr = offset & 4u,
              .dat = std::uint32_t{value} << (8 * (offset & 1)),
              .sel = static_cast<std::uint8_t>(1 << (offset & 1)),
              .tga = kIoSpace,
              .we = true});
    }
  }

  void run(int cycles) { sc_core::sc_start(kPeriod * cycles); }
  Cycle now() { return sc_core::sc_time_stamp().value() / kPeriod.value(); }

  std::uint32_t access(WishboneRequest wires) {
    wires.cyc = wires.stb = true;
    request.write(wires);
    run(1);
    EXPECT_TRUE(response.read().ack);
    const std::uint32_t dat = response.read().dat;
    run(1);
    EXPECT_FALSE(response.read().ack);
    request.write({});
    run(3);
    return dat;
  }

  test::FreshSimulation simulation;
  test::OwnedContext context = test::new_context();
  Log log;
  ClockDriver clock{"clock", kPeriod};
  PicRtl pic{"pic", clock, context.get(), &log};
  sc_core::sc_signal<WishboneRequest> request{"request"};
  sc_core::sc_signal<WishboneResponse> response{"response"};
  IrqSignal irq0{"irq0"};
  IrqSignal irq14{"irq14"};
  sc_core::sc_signal<bool> intr{"intr"};
};

TEST_F(PicRtlSystemc, SleepsUntilALineMovesAndAnswersTheVector) {
  run(100);
  EXPECT_FALSE(sc_core::sc_pending_activity());
  irq14.write(true);
  const Cycle raised = now();
  run(3);  // IRR of the slave, of the master, INTR
  EXPECT_TRUE(intr.read());
  const Cycle before = now();
  EXPECT_EQ(access({.sel = 1, .tga = kInterruptAcknowledge}) & 0xFF, 0x2Eu);
  EXPECT_FALSE(intr.read());
  const std::vector<std::string> expected = {std::to_string(raised + 1) + " pic irq 14",
                                             std::to_string(before + 1) + " pic inta vector 2e"};
  EXPECT_EQ(log.lines, expected);
}

TEST_F(PicRtlSystemc, FallingLineWithdrawsTheRequest) {
  irq0.write(true);
  run(2);
  EXPECT_TRUE(intr.read());
  irq0.write(false);
  run(2);
  EXPECT_FALSE(intr.read());
}

}  // namespace
}  // namespace strata
