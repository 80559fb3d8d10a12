// A build without assertions would let every test that relies on one pass.
#include <gtest/gtest.h>

#include <cassert>

namespace strata::test {
namespace {

TEST(AssertionDeathTest, EveryBuildHasAssertions) {
  volatile bool holds = false;
  EXPECT_DEATH(assert(holds), "holds");
}

}  // namespace
}  // namespace strata::test
