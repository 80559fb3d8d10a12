// How many programs a test runs, and from which seed on: its own number, or that of an environment
// variable.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace strata::test {

/// The variable's number, 0x... in hexadecimal; `otherwise` where it is not set.
inline std::uint32_t environment_number(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 0)) : otherwise;
}

}  // namespace strata::test
