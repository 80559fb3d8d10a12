// A build with STRATA_RTL_ASSERTIONS binds the rules of Wishbone to devices in slots, too.
#include <gtest/gtest.h>

#include <string>

#include "models/slot/slot_list.h"
#include "tests/rtl/bus/verilated_context.h"
#include "verilated.h"

namespace strata::test {
namespace {

class SlotRules : public testing::TestWithParam<Slot> {};

// A strobe without a cycle: Wishbone B4, rule 3.25.
TEST_P(SlotRules, AreBound) {
  const OwnedContext context = new_context();
  context->fatalOnError(false);
  const auto model = GetParam().make(context.get(), GetParam().name);
  WishboneRequest request;
  testing::internal::CaptureStdout();
  model->clock(request);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  request.stb = true;
  request.sel = 1;
  testing::internal::CaptureStdout();
  for (int clock = 0; clock < 3; ++clock) model->clock(request);
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_NE(text.find("strobe_within_cycle"), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(Slots, SlotRules, testing::ValuesIn(slots().begin(), slots().end()),
                         [](const auto& slot) { return std::string(slot.param.name); });

}  // namespace
}  // namespace strata::test
