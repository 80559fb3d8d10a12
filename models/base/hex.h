// The one way models write a byte in hexadecimal; what may use fmt uses that.
#pragma once

#include <cstdint>
#include <string>

namespace strata {

/// Two lower-case digits.
inline std::string hex_byte(std::uint8_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {kDigits[value >> 4], kDigits[value & 15]};
}

}  // namespace strata
