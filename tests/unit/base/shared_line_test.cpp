#include "models/base/shared_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace strata {
namespace {

TEST(SharedLine, IsHighWhileAnyInputIs) {
  std::vector<bool> heard;
  SharedLine line([&](bool level) { heard.push_back(level); });
  const Wire one = line.input();
  const Wire other = line.input();
  EXPECT_FALSE(line.level());
  one(true);
  other(true);
  one(true);
  one(false);
  EXPECT_TRUE(line.level());
  other(false);
  EXPECT_FALSE(line.level());
  EXPECT_EQ(heard, (std::vector<bool>{true, false}));
}

TEST(SharedLine, AnInputMayBeHighFromTheStart) {
  std::vector<bool> heard;
  SharedLine line([&](bool level) { heard.push_back(level); });
  const Wire one = line.input(true);
  EXPECT_TRUE(line.level());
  one(true);
  EXPECT_TRUE(heard.empty());
  one(false);
  EXPECT_EQ(heard, std::vector<bool>{false});
}

}  // namespace
}  // namespace strata
