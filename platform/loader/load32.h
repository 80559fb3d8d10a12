#pragma once

#include <cstdint>
#include <cstring>

namespace strata {

/// The little-endian doubleword at `at`, wherever it lies.
inline std::uint32_t load32(const std::uint8_t* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace strata
