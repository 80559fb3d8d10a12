// The one way models write numbers in hexadecimal; what may use fmt uses that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace strata {

/// The lowest `digits` digits, in lower case.
inline std::string hex_digits(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (; digits > 0; value >>= 4) text[--digits] = "0123456789abcdef"[value & 15];
  return text;
}

inline std::string hex_byte(std::uint8_t value) {
  return hex_digits(value, 2);
}

}  // namespace strata
