// What both twins of the block behind port ABBA tell the platform and ask of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace strata {

/// Each is called in the cycle of the call, before its status is in the page. Never null functions.
struct PvSinks {
  std::function<void(std::uint8_t character)> console = [](std::uint8_t) {};
  std::function<void(std::uint8_t status)> exit = [](std::uint8_t) {};
  /// The guest's region of interest begins or ends.
  std::function<void(bool begin)> region = [](bool) {};
  std::function<void(bool on)> waves = [](bool) {};
  /// Printable ASCII, dots for everything else.
  std::function<void(const std::string& text)> label = [](const std::string&) {};
  /// Retired so far; 0 where nobody counts.
  std::function<std::uint64_t()> instructions = [] { return std::uint64_t{0}; };
  /// A call has ended, well or not; of the ring, what a doorbell began.
  std::function<void(std::uint32_t number)> done = [](std::uint32_t) {};
};

/// A byte of a label as it is shown.
inline char shown_in_label(std::uint8_t byte) {
  return byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
}

}  // namespace strata
