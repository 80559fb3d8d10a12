// PitRtl and PitTlm in SystemC: IRQ 0 at the same exact cycles although neither is clocked between.
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <vector>

#include "models/pit/pit_rtl.h"
#include "models/pit/pit_tlm.h"
#include "tests/rtl/bus/verilated_context.h"
#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

using test::kPeriod;
constexpr std::uint64_t kCpuHz = 25'000'000;

using IrqSignal = sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>;

// Notes the cycles a wire changes in.
class Watch : public sc_core::sc_module {
 public:
  std::vector<Cycle> changes;
  Watch(const sc_core::sc_module_name& name, IrqSignal& wire) : sc_module(name) {
    SC_HAS_PROCESS(Watch);
    SC_METHOD(change_method);
    sensitive << wire;
    dont_initialize();
  }

 private:
  void change_method() { changes.push_back(sc_core::sc_time_stamp().value() / kPeriod.value()); }
};

class Initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Initiator> socket;
  explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {}
};

class PitSystemc : public testing::Test {
 protected:
  PitSystemc() {
    rtl.request(request), rtl.response(response), rtl.irq(rtl_irq);
    tlm.irq(tlm_irq);
    rtl.a20(a20[0]), rtl.reset(reset[0]);
    tlm.a20(a20[1]), tlm.reset(reset[1]);
    cpu.socket.bind(tlm.target_socket);
    // Past edge 1, so that each further period holds one edge.
    sc_core::sc_start(kPeriod * 1.25);
  }

  Cycle now() { return sc_core::sc_time_stamp().value() / kPeriod.value(); }

  // The same byte into both, at the next edge; takes four cycles.
  void write(std::uint32_t offset, std::uint8_t value) {
    sc_core::sc_time delay = kPeriod;
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(offset);
    payload.set_data_ptr(&value);
    payload.set_data_length(1);
    payload.set_streaming_width(1);
    cpu.socket->b_transport(payload, delay);
    EXPECT_TRUE(payload.is_response_ok());

    request.write({.dat = std::uint32_t{value} << (8 * offset),
                   .sel = static_cast<std::uint8_t>(1 << offset),
                   .tga = kIoSpace,
                   .cyc = true,
                   .stb = true,
                   .we = true});
    sc_core::sc_start(kPeriod);
    EXPECT_TRUE(response.read().ack);
    sc_core::sc_start(kPeriod);
    EXPECT_FALSE(response.read().ack);
    request.write({});
    sc_core::sc_start(kPeriod * 2);
  }

  test::FreshSimulation simulation;
  test::OwnedContext context = test::new_context();
  ClockDriver clock{"clock", kPeriod};
  PitRtl rtl{"rtl", clock, context.get(), kCpuHz};
  PitTlm tlm{"tlm", kCpuHz, kPeriod};
  Initiator cpu{"cpu"};
  sc_core::sc_signal<WishboneRequest> request{"request"};
  sc_core::sc_signal<WishboneResponse> response{"response"};
  IrqSignal rtl_irq{"rtl_irq", true};
  IrqSignal tlm_irq{"tlm_irq", true};
  IrqSignal a20[2];
  IrqSignal reset[2];
  Watch rtl_watch{"rtl_watch", rtl_irq};
  Watch tlm_watch{"tlm_watch", tlm_irq};
};

TEST_F(PitSystemc, BothTwinsRaiseIrq0AtTheDataSheetsTicks) {
  sc_core::sc_start(kPeriod * 100);
  write(3, 0x34);
  write(0, 0xA9);  // 1193 = 4A9h: about a millisecond
  write(0, 0x04);
  // Written by cycle 111 (edge 1, 100 idle, two accesses of four cycles, and one edge): the load is
  // the first tick after, number 6 at cycle 126 (ceil(6 * 20.952...)).
  constexpr std::uint64_t kLoad = 6;
  const auto cycle_of = [](std::uint64_t tick) { return (tick * kCpuHz + 1193181) / 1193182; };
  ASSERT_EQ(cycle_of(kLoad), 126u);
  sc_core::sc_start(kPeriod * 80000);
  const std::vector<Cycle> expected = {cycle_of(kLoad + 1192), cycle_of(kLoad + 1193),
                                       cycle_of(kLoad + 2385), cycle_of(kLoad + 2386),
                                       cycle_of(kLoad + 3578), cycle_of(kLoad + 3579)};
  EXPECT_EQ(rtl_watch.changes, expected);
  EXPECT_EQ(tlm_watch.changes, expected);
}

// Data sheet: OUT of modes 0 and 4 has its edges once, that of modes 2 and 3 every period, that of
// modes 1 and 5 none without the gate.
TEST_F(PitSystemc, BothTwinsSleepWhenOutIsToStay) {
  struct Course {
    std::uint8_t control;
    bool before;  // asleep while it counts
    bool after;   // and 40 ticks later
  };
  constexpr Course kCourses[] = {{0x10, false, true},  {0x12, true, true},  {0x14, false, false},
                                 {0x16, false, false}, {0x18, false, true}, {0x1A, true, true},
                                 {0x50, true, true},   {0x96, true, true}};  // counters 1 and 2
  EXPECT_TRUE(rtl.asleep() && tlm.asleep());
  for (const Course& course : kCourses) {
    SCOPED_TRACE(int{course.control});
    write(3, 0x1A);  // counter 0 waits for the gate
    write(3, course.control);
    write(course.control >> 6, 20);
    EXPECT_EQ(rtl.asleep(), course.before);
    EXPECT_EQ(tlm.asleep(), course.before);
    sc_core::sc_start(kPeriod * (40 * 21));
    EXPECT_EQ(rtl.asleep(), course.after);
    EXPECT_EQ(tlm.asleep(), course.after);
  }
}

TEST_F(PitSystemc, IdleTimerSchedulesNothing) {
  sc_core::sc_start(kPeriod * 10);
  EXPECT_FALSE(sc_core::sc_pending_activity());
}

}  // namespace
}  // namespace strata
