#include "platform/display/picture.h"

#include <png.h>

#include <cassert>

#include "platform/display/font.h"

namespace strata {

const std::array<Rgb, 16> kVgaPalette = {{
    {0x00, 0x00, 0x00},
    {0x00, 0x00, 0xAA},
    {0x00, 0xAA, 0x00},
    {0x00, 0xAA, 0xAA},
    {0xAA, 0x00, 0x00},
    {0xAA, 0x00, 0xAA},
    {0xAA, 0x55, 0x00},
    {0xAA, 0xAA, 0xAA},
    {0x55, 0x55, 0x55},
    {0x55, 0x55, 0xFF},
    {0x55, 0xFF, 0x55},
    {0x55, 0xFF, 0xFF},
    {0xFF, 0x55, 0x55},
    {0xFF, 0x55, 0xFF},
    {0xFF, 0xFF, 0x55},
    {0xFF, 0xFF, 0xFF},
}};

FrameBuffer render(const TextScreen& screen) {
  FrameCollector collector;
  for (unsigned line = 0; line < FrameBuffer::kHeight; ++line) {
    const unsigned row = line / 16;
    const unsigned cell_line = line % 16;
    const bool cursor_line = screen.cursor.visible && screen.cursor.row == row &&
                             cell_line >= screen.cursor.first_line &&
                             cell_line <= screen.cursor.last_line;
    for (unsigned column = 0; column < TextScreen::kColumns; ++column) {
      const TextCell& cell = screen.at(row, column);
      const bool cursor = cursor_line && screen.cursor.column == column;
      const std::uint8_t bits = cursor ? 0xFF : kVgaFont[cell.character][cell_line];
      collector.pixels(line, column, bits, cell.attribute & 0xF, cell.attribute >> 4 & 7);
    }
  }
  return collector.frame();
}

// libpng's simplified interface: a palette image has no more to say.
std::string to_png(const FrameBuffer& frame) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = FrameBuffer::kWidth;
  image.height = FrameBuffer::kHeight;
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = kVgaPalette.size();

  std::string file(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = file.size();
  [[maybe_unused]] const int made = png_image_write_to_memory(
      &image, file.data(), &size, 0, frame.pixels.data(), 0, kVgaPalette.data());
  assert(made);
  file.resize(size);
  return file;
}

}  // namespace strata
