// Pictures of the screen: drawn in software from a TextScreen, written as PNG.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "models/base/frame_buffer.h"
#include "models/base/text_screen.h"

namespace strata {

struct Rgb {
  std::uint8_t red, green, blue;
};

/// The 16 colours of the default EGA/VGA palette; 6 is brown, not dark yellow.
extern const std::array<Rgb, 16> kVgaPalette;

/// Draws `screen` with the VGA's font, cursor and blinking characters visible, as
/// VgaRtl::scan_frame.
FrameBuffer render(const TextScreen& screen);

/// A 640x400 palette PNG file. The same picture gives the same bytes.
std::string to_png(const FrameBuffer& frame);

}  // namespace strata
