// What Verilated registers hold before they are reset: zero, but in a build with RTL assertions the
// random values of a seed.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "verilated.h"

namespace strata {

/// STRATA_RTL_SEED of the environment, 0 if it is not set.
inline std::uint32_t initial_values_of_run() {
  const char* text = std::getenv("STRATA_RTL_SEED");
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : 0;
}

/// Call before making models in `context`. In a build with RTL assertions the same seed gives the
/// same values; all are others with another number in STRATA_RTL_SEED.
inline void randomize_initial_values(VerilatedContext& context, std::uint32_t seed) {
  constexpr int kRandom = 2;
  constexpr std::uint32_t kApart = 1'000'003;  // so that the seeds of two runs do not meet
  context.randReset(kRandom);
  // From 1 on: 0 would be the time.
  context.randSeed(static_cast<int>((seed + kApart * initial_values_of_run()) % 0x7FFF'FFFF + 1));
}

}  // namespace strata
