// The generated character generator: enough glyphs by their definition to notice a wrong table,
// order or bit direction.
#include "platform/display/font.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace strata {
namespace {

Glyph rows(std::uint8_t top, std::uint8_t bottom) {
  Glyph glyph;
  for (std::size_t i = 0; i < glyph.size(); ++i) glyph[i] = i < 8 ? top : bottom;
  return glyph;
}

TEST(VgaFont, BlocksFillTheirPartOfTheCell) {
  EXPECT_EQ(kVgaFont[0xDB], rows(0xFF, 0xFF));  // full
  EXPECT_EQ(kVgaFont[0xDC], rows(0x00, 0xFF));  // lower
  EXPECT_EQ(kVgaFont[0xDD], rows(0xF0, 0xF0));  // left
  EXPECT_EQ(kVgaFont[0xDE], rows(0x0F, 0x0F));  // right
  EXPECT_EQ(kVgaFont[0xDF], rows(0xFF, 0x00));  // upper
}

TEST(VgaFont, BlanksAreBlank) {
  for (unsigned character : {0x00, 0x20, 0xFF}) EXPECT_EQ(kVgaFont[character], Glyph{});
}

TEST(VgaFont, AllOthersHaveAShapeOfTheirOwn) {
  for (unsigned i = 1; i < 255; ++i) {
    if (i == 0x20) continue;
    EXPECT_NE(kVgaFont[i], Glyph{}) << i;
    for (unsigned j = 1; j < i; ++j) {
      if (j == 0x20) continue;
      EXPECT_NE(kVgaFont[i], kVgaFont[j]) << i << ' ' << j;
    }
  }
}

// Lines that must meet the neighbouring cell reach the cell's edge.
TEST(VgaFont, BoxLinesReachTheCellsEdges) {
  for (const std::uint8_t row : kVgaFont[0xB3]) EXPECT_NE(row, 0);  // vertical
  EXPECT_EQ(std::ranges::count(kVgaFont[0xC4], 0xFF), 1);           // horizontal
  EXPECT_EQ(std::ranges::count(kVgaFont[0xCD], 0xFF), 2);           // double horizontal
  EXPECT_EQ(kVgaFont[0xC0][0], kVgaFont[0xB3][0]);                  // corner, up
}

TEST(VgaFont, ShadesCoverMoreAndMore) {
  const auto weight = [](std::uint8_t character) {
    int bits = 0;
    for (const std::uint8_t row : kVgaFont[character]) bits += __builtin_popcount(row);
    return bits;
  };
  EXPECT_GT(weight(0xB0), 0);
  EXPECT_GT(weight(0xB1), weight(0xB0));
  EXPECT_GT(weight(0xB2), weight(0xB1));
  EXPECT_LT(weight(0xB2), 128);
}

TEST(CodePage437, IsAsPublished) {
  EXPECT_EQ(kCodePage437[0x01], u'\u263A');
  EXPECT_EQ(kCodePage437[0x41], u'A');
  EXPECT_EQ(kCodePage437[0x7F], u'\u2302');
  EXPECT_EQ(kCodePage437[0x80], u'\u00C7');
  EXPECT_EQ(kCodePage437[0x9E], u'\u20A7');
  EXPECT_EQ(kCodePage437[0xB0], u'\u2591');
  EXPECT_EQ(kCodePage437[0xDB], u'\u2588');
  EXPECT_EQ(kCodePage437[0xE1], u'\u00DF');
  EXPECT_EQ(kCodePage437[0xFE], u'\u25A0');
  for (unsigned i = 0x20; i < 0x7F; ++i) EXPECT_EQ(kCodePage437[i], i);
}

}  // namespace
}  // namespace strata
