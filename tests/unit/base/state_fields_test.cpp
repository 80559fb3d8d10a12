#include "models/base/state_fields.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace strata {
namespace {

struct Part {
  std::uint8_t irr = 0;
  bool line = false;

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("irr", self.irr);
    field("line", self.line);
  }
  bool operator==(const Part&) const = default;
};

struct Whole {
  Part master;
  std::array<std::uint16_t, 2> count{};
  std::uint64_t tick = 0;
  std::array<std::uint8_t, 4> buffer{};

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("master", self.master);
    field("count", self.count);
    field("tick", self.tick);
    field("buffer", self.buffer);
  }
  bool operator==(const Whole&) const = default;
};

TEST(StateFields, EqualStatesHaveNoDifferences) {
  EXPECT_EQ(differences(Whole{}, Whole{}), "");
}

TEST(StateFields, DifferencesAreShownInTheDigitsOfTheField) {
  Whole a;
  a.master = {.irr = 1, .line = true};
  a.count[1] = 0x2A;
  a.tick = 0x1'0000'0002;
  a.buffer = {0, 0xFF, 0xEE, 0};
  EXPECT_EQ(differences(a, Whole{}),
            "master.irr 01 / 00\n"
            "master.line 01 / 00\n"
            "count[1] 002a / 0000\n"
            "tick 0000000100000002 / 0000000000000000\n"
            "buffer[1] ff / 00\n");
}

}  // namespace
}  // namespace strata
