// What the terminal behind a serial port sends, as the device asks for it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace strata {

struct SerialInput {
  /// The next byte, nothing where there is none; null: never any.
  std::function<std::optional<std::uint8_t>()> next = nullptr;
  /// A person or a program is at the other end: there may be a byte later. Else the first time
  /// there is none is the end.
  bool live = false;
};

}  // namespace strata
