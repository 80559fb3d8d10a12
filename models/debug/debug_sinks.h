// What both twins of the debug ports give away.
#pragma once

#include <cstdint>
#include <functional>

namespace strata {

/// Where the ports' bytes go; each is called in the cycle of the access. Never null functions.
struct DebugSinks {
  std::function<void(std::uint8_t code)> post = [](std::uint8_t) {};
  std::function<void(std::uint8_t character)> console = [](std::uint8_t) {};
  std::function<void(std::uint8_t status)> exit = [](std::uint8_t) {};
};

}  // namespace strata
