#include "platform/profile/label_spans.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

TEST(LabelSpans, WithoutLabelsThereIsNothing) {
  EXPECT_TRUE(LabelSpans().spans(100, 10).empty());
}

TEST(LabelSpans, ALabelLastsToTheNextAndAddsUp) {
  LabelSpans labels;
  labels.on_label("a", 10, 1);
  labels.on_label("b", 30, 4);
  labels.on_label("a", 60, 8);
  const auto spans = labels.spans(100, 20);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].name, "");
  EXPECT_EQ(spans[0].cycles, 10u);
  EXPECT_EQ(spans[0].instructions, 1u);
  EXPECT_EQ(spans[1].name, "a");
  EXPECT_EQ(spans[1].times, 2u);
  EXPECT_EQ(spans[1].cycles, 20u + 40);
  EXPECT_EQ(spans[1].instructions, 3u + 12);
  EXPECT_EQ(spans[2].cycles, 30u);
}

}  // namespace
}  // namespace strata
