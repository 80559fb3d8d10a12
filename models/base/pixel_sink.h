// Where a video controller's scan-out goes: one call a character clock of the visible picture.
#pragma once

#include <cstdint>

namespace strata {

class PixelSink {
 public:
  virtual ~PixelSink() = default;

  /// Eight pixels of scan line `line` (0..399), the leftmost at x = 8 * `column` (0..79) and in bit
  /// 7 of `row_bits`: a set bit has colour index `foreground`, a clear one `background` (0..15).
  virtual void pixels(unsigned line, unsigned column, std::uint8_t row_bits,
                      std::uint8_t foreground, std::uint8_t background) = 0;

  /// The last visible pixel of a frame has been sent.
  virtual void frame_end() = 0;
};

}  // namespace strata
