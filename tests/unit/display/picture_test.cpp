#include "platform/display/picture.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cstdint>
#include <string>
#include <vector>

namespace strata {
namespace {

struct Image {
  unsigned width = 0;
  unsigned height = 0;
  std::vector<std::uint8_t> rgb;
  std::array<int, 3> at(std::size_t x, std::size_t y) const {
    const std::uint8_t* p = &rgb[3 * (y * width + x)];
    return {p[0], p[1], p[2]};
  }
};

Image read_png(const std::string& file) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  Image image;
  if (!png_image_begin_read_from_memory(&png, file.data(), file.size())) return image;
  png.format = PNG_FORMAT_RGB;
  image.rgb.resize(PNG_IMAGE_SIZE(png));
  if (!png_image_finish_read(&png, nullptr, image.rgb.data(), 0, nullptr)) return image;
  image.width = png.width;
  image.height = png.height;
  return image;
}

using Colour = std::array<int, 3>;

TEST(Picture, RendersForegroundAndBackground) {
  TextScreen screen;
  screen.at(3, 5) = {0xDB, 0x1E};
  screen.at(3, 6) = {0xDD, 0x4C};
  const FrameBuffer frame = render(screen);
  EXPECT_EQ(frame.at(40, 48), 14);
  EXPECT_EQ(frame.at(47, 63), 14);
  EXPECT_EQ(frame.at(51, 50), 12);
  EXPECT_EQ(frame.at(52, 50), 4);
  EXPECT_EQ(frame.at(39, 48), 0);
}

TEST(Picture, AttributeBit7BlinksAndIsNoBrightBackground) {
  TextScreen screen;
  screen.at(0, 0) = {0xDD, 0xF1};
  const FrameBuffer frame = render(screen);
  EXPECT_EQ(frame.at(0, 0), 1);
  EXPECT_EQ(frame.at(7, 0), 7);
}

TEST(Picture, RendersTheCursorInItsCellsForeground) {
  TextScreen screen;
  screen.at(2, 3) = {' ', 0x0A};
  screen.cursor = {true, 2, 3, 13, 14};
  const FrameBuffer frame = render(screen);
  EXPECT_EQ(frame.at(24, 2 * 16 + 12), 0);
  EXPECT_EQ(frame.at(24, 2 * 16 + 13), 10);
  EXPECT_EQ(frame.at(31, 2 * 16 + 14), 10);
  EXPECT_EQ(frame.at(31, 2 * 16 + 15), 0);
  EXPECT_EQ(frame.at(32, 2 * 16 + 13), 0);
}

TEST(Picture, PngHasTheSizeAndColoursOfTheScreen) {
  TextScreen screen;
  for (std::size_t i = 0; i < 16; ++i) {
    screen.at(0, i) = {0xDB, static_cast<std::uint8_t>(i)};
  }
  const Image image = read_png(to_png(render(screen)));
  ASSERT_EQ(image.width, 640u);
  ASSERT_EQ(image.height, 400u);
  EXPECT_EQ(image.at(0 * 8, 0), (Colour{0, 0, 0}));
  EXPECT_EQ(image.at(1 * 8, 0), (Colour{0, 0, 0xAA}));
  EXPECT_EQ(image.at(4 * 8, 15), (Colour{0xAA, 0, 0}));
  EXPECT_EQ(image.at(6 * 8 + 7, 0), (Colour{0xAA, 0x55, 0}));  // brown
  EXPECT_EQ(image.at(8 * 8, 0), (Colour{0x55, 0x55, 0x55}));
  EXPECT_EQ(image.at(14 * 8, 0), (Colour{0xFF, 0xFF, 0x55}));
  EXPECT_EQ(image.at(15 * 8, 0), (Colour{0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(image.at(639, 399), (Colour{0, 0, 0}));
}

}  // namespace
}  // namespace strata
