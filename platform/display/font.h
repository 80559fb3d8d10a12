// The 8x16 character generator and code page 437, both generated at build time
// (scripts/cmake/generate_vga_font.cmake); rtl/vga/vga_font.sv holds the same glyphs.
#pragma once

#include <array>
#include <cstdint>

namespace strata {

using Glyph = std::array<std::uint8_t, 16>;  // rows from the top, leftmost pixel in bit 7

extern const std::array<Glyph, 256> kVgaFont;

/// The Unicode character a glyph of code page 437 stands for (00, 20 and FF: a blank).
extern const std::array<char16_t, 256> kCodePage437;

}  // namespace strata
