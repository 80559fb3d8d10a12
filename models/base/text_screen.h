// What a VGA text screen shows, as a value: taken from a device core, from the RTL or from a shared
// memory window, compared between engines, drawn by platform/display.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

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
  /// Cells (of two bytes) in the 32 KiB of text memory; addresses wrap here.
  static constexpr std::size_t kMemoryCells = 0x4000;

  std::array<TextCell, kColumns * kRows> cells{};
  TextCursor cursor;

  TextCell& at(std::size_t row, std::size_t column) { return cells[row * kColumns + column]; }
  const TextCell& at(std::size_t row, std::size_t column) const {
    return cells[row * kColumns + column];
  }
  bool operator==(const TextScreen&) const = default;
};

/// The CRTC registers that decide what part of text memory shows and where the cursor is.
struct TextLayout {
  std::uint16_t start_address = 0;    // registers 0C/0D, in cells
  std::uint16_t cursor_location = 0;  // registers 0E/0F, in cells
  std::uint8_t cursor_start = 0;      // register 0A: bit 5 cursor off, bits 4:0 first scan line
  std::uint8_t cursor_end = 0;        // register 0B: bits 4:0 last scan line
};

/// The screen in `memory` (32 KiB, character and attribute alternating) under `layout`.
TextScreen make_text_screen(std::span<const std::uint8_t, 0x8000> memory, const TextLayout& layout);

}  // namespace strata
