#include "platform/display/screen_text.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

TextScreen screen_with(std::size_t row, std::size_t column, const std::string& text) {
  TextScreen screen;
  for (const char c : text) screen.at(row, column++) = {static_cast<std::uint8_t>(c), 0x07};
  return screen;
}

TEST(ScreenText, EmptyScreenIs25EmptyLines) {
  EXPECT_EQ(to_text(TextScreen{}), std::string(25, '\n'));
}

TEST(ScreenText, TrailingBlanksAreCutAndOthersKept) {
  const std::string text = to_text(screen_with(1, 2, "a b  "));
  EXPECT_EQ(text, "\n  a b\n" + std::string(23, '\n'));
}

TEST(ScreenText, NarrowTextIsClipped) {
  EXPECT_EQ(to_text(screen_with(0, 0, "\xDB\xDB x"), 2),
            "\xE2\x96\x88\xE2\x96\x88\n" + std::string(24, '\n'));
  EXPECT_EQ(to_text(screen_with(0, 79, "x"), 200), to_text(screen_with(0, 79, "x")));
}

TEST(ScreenText, CodePage437BecomesUtf8) {
  EXPECT_EQ(cp437_to_utf8('A'), "A");
  EXPECT_EQ(cp437_to_utf8(0x00), " ");
  EXPECT_EQ(cp437_to_utf8(0xFF), " ");
  EXPECT_EQ(cp437_to_utf8(0x84), "\xC3\xA4");      // a with diaeresis
  EXPECT_EQ(cp437_to_utf8(0xE3), "\xCF\x80");      // pi
  EXPECT_EQ(cp437_to_utf8(0xDB), "\xE2\x96\x88");  // full block
  EXPECT_EQ(to_text(screen_with(0, 0, "\xDB\x84")).substr(0, 6), "\xE2\x96\x88\xC3\xA4\n");
}

TEST(ScreenText, EqualScreensHaveNoDifference) {
  EXPECT_EQ(describe_difference(screen_with(3, 4, "x"), screen_with(3, 4, "x")), "");
}

TEST(ScreenText, DifferenceNamesCountPlaceAndContents) {
  EXPECT_EQ(describe_difference(screen_with(3, 4, "xy"), screen_with(3, 4, "xz")),
            "1 cell differs, first at row 3 column 5 (79:07 and 7A:07)");
  EXPECT_EQ(describe_difference(screen_with(3, 4, "ab"), TextScreen{}),
            "2 cells differ, first at row 3 column 4 (61:07 and 00:00)");
}

TEST(ScreenText, DifferenceNamesTheCursor) {
  TextScreen left;
  left.cursor = {true, 1, 2, 13, 14};
  EXPECT_EQ(describe_difference(left, TextScreen{}),
            "cursor differs (row 1 column 2 lines 13-14 and off)");
}

}  // namespace
}  // namespace strata
