// The boot sector that measures calls (sw/measure/calls.S) as data of the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace strata {

inline constexpr std::size_t kMeasureBytes = 512;

std::span<const std::uint8_t, kMeasureBytes> measure_image();

}  // namespace strata
