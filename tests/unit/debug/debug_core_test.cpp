// What only the plain C++ core has. The ports are in tests/rtl/debug, where both twins answer.
#include "models/debug/debug_core.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

TEST(DebugCore, HasNoTimerAndForgetsThePostCodeOnReset) {
  DebugCore ports(DebugSinks{});
  ports.write(0, 1, 0x42, 5);
  EXPECT_EQ(ports.next_event(), kNever);
  EXPECT_EQ(ports.read(0, 1, 6), 0x42u);
  ports.reset();
  EXPECT_EQ(ports.read(0, 1, 7), 0x00u);
}

}  // namespace
}  // namespace strata
