#include "models/debug/post_card.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace strata {
namespace {

class TextLog final : public EventLog {
 public:
  void record(Cycle cycle, std::string_view unit, std::string what) override {
    lines.push_back(std::to_string(cycle) + ' ' + std::string(unit) + ' ' + what);
  }
  std::vector<std::string> lines;
};

TEST(PostCard, ReportsBytesAtItsPortOnly) {
  TextLog log;
  std::vector<int> codes;
  PostCard card(
      0x190, [&](std::uint8_t code) { codes.push_back(code); }, &log);
  card.on_write(1, 0x190, 1, 0x4A);
  card.on_write(2, 0x191, 1, 0x11);
  card.on_write(3, 0x18F, 1, 0x22);
  card.on_write(4, 0x18F, 2, 0x3344);  // the upper byte
  card.on_write(5, 0x190, 4, 0xAABBCCDD);
  card.on_write(6, 0x18C, 4, 0xFFFFFFFF);
  EXPECT_EQ(codes, (std::vector<int>{0x4A, 0x33, 0xDD}));
  EXPECT_EQ(log.lines,
            (std::vector<std::string>{"1 debug post 4a", "4 debug post 33", "5 debug post dd"}));
}

}  // namespace
}  // namespace strata
