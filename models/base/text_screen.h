// What a VGA text screen shows, as a value: taken from a device core, from the RTL or from a shared
// memory window, compared between engines, drawn by platform/display.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace strata {

struct TextCell {
  std::uint8_t character = 0;  // code page 437
  std::uint8_t attribute = 0;  // 7 blink, 6:4 background, 3:0 foreground
  bool operator==(const TextCell&) const = default;
};

struct TextCursor {
  bool visible = false;  // enabled, of some height, and inside the 80x25 cells
  // All zero unless visible, so that screens that look the same compare equal.
  std::uint8_t row = 0;
  std::uint8_t column = 0;
  std::uint8_t first_line = 0;  // scan lines of the cell, 0..15, both drawn
  std::uint8_t last_line = 0;
  bool operator==(const TextCursor&) const = default;
};

struct TextScreen {
  static constexpr std::size_t kColumns = 80;
  static constexpr std::size_t kRows = 25;

  std::array<TextCell, kColumns * kRows> cells{};
  TextCursor cursor;

  TextCell& at(std::size_t row, std::size_t column) { return cells[row * kColumns + column]; }
  const TextCell& at(std::size_t row, std::size_t column) const {
    return cells[row * kColumns + column];
  }
  bool operator==(const TextScreen&) const = default;
};

}  // namespace strata
