// A picture of the VGA's 80x25 text mode as colour indexes, and the sink that collects one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/pixel_sink.h"

namespace strata {

struct FrameBuffer {
  static constexpr std::size_t kWidth = 640;
  static constexpr std::size_t kHeight = 400;

  /// Row by row from the top left; each 0..15.
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(kWidth * kHeight);

  std::uint8_t& at(std::size_t x, std::size_t y) { return pixels[y * kWidth + x]; }
  std::uint8_t at(std::size_t x, std::size_t y) const { return pixels[y * kWidth + x]; }
  bool operator==(const FrameBuffer&) const = default;
};

/// Collects what a controller scans out; frame() is complete after each frame_end().
class FrameCollector final : public PixelSink {
 public:
  void pixels(unsigned line, unsigned column, std::uint8_t row_bits, std::uint8_t foreground,
              std::uint8_t background) override {
    for (unsigned i = 0; i < 8; ++i) {
      frame_.at(8 * column + i, line) = (row_bits >> (7 - i)) & 1 ? foreground : background;
    }
  }
  void frame_end() override { ++frames_; }

  const FrameBuffer& frame() const { return frame_; }
  std::uint64_t frames() const { return frames_; }

 private:
  FrameBuffer frame_;
  std::uint64_t frames_ = 0;
};

}  // namespace strata
