// SlotRtl: the state of a device in a slot of the cycle-accurate machine is that of the software
// machine's.
#include "models/slot/slot_rtl.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "models/slot/slot_device.h"
#include "tests/support/fresh_simulation.h"

namespace strata {
namespace {

constexpr std::uint32_t kCount = 4, kDone = 8;
using test::kPeriod;
using test::run_past;

const Slot& countdown() {
  return *std::ranges::find_if(
      slots(), [](const Slot& slot) { return slot.name == std::string("countdown"); });
}

TEST(SlotRtl, GoesOnFromTheStateOfTheSoftwareMachinesDeviceAndBack) {
  SlotDevice software(countdown(), [](bool) {});
  software.write(kCount, 4, 500, 1000);
  software.advance(1200);  // 301 left after edge 1200

  test::FreshSimulation simulation;
  ClockDriver clock("clock", kPeriod);
  const auto context = new_verilated_context();
  SlotRtl rtl("countdown", countdown(), clock, context.get());
  sc_core::sc_signal<WishboneRequest> request("request_wires");
  sc_core::sc_signal<WishboneResponse> response("response_wires");
  sc_core::sc_signal<bool> irq("irq_wire");
  rtl.request(request), rtl.response(response), rtl.irq(irq);
  run_past(10);
  ASSERT_TRUE(rtl.load(software.save(1200), 10));
  run_past(10 + 300);
  EXPECT_FALSE(irq.read());
  run_past(10 + 301);
  EXPECT_TRUE(irq.read());

  bool level = false;
  SlotDevice again(countdown(), [&](bool now) { level = now; });
  ASSERT_TRUE(again.load(rtl.save(311), 7000));
  EXPECT_TRUE(level);
  EXPECT_EQ(again.read(kDone, 1, 7001), 1u);
}

}  // namespace
}  // namespace strata
