// Numbers every layer agrees on.
#pragma once

#include <cstdint>

namespace strata {

/// Time in CPU clock cycles since reset; the one clock of the machine (see
/// models/machine/memory_map.h).
using Cycle = std::uint64_t;

/// "No event scheduled."
inline constexpr Cycle kNever = ~Cycle{0};

}  // namespace strata
