// What the switches of the keyboard tell its processor: a key by its code in scan code set 2, and
// whether it goes down or up. A key that IBM's keyboard sends more than one code for (Pause, Print
// Screen) is several of these, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strata {

struct KeyCode {
  enum Prefix : std::uint8_t { kPlain = 0, kE0 = 1, kE1 = 2 };

  Prefix prefix = kPlain;
  std::uint8_t code = 0;  // in set 2
  bool up = false;

  /// As both twins keep it: never 0.
  std::uint16_t word() const {
    return static_cast<std::uint16_t>(code | prefix << 8 | (up ? 1 << 10 : 0));
  }
};

/// As many come at once at most.
inline constexpr std::size_t kKeyCodesAtOnce = 4;

}  // namespace strata
