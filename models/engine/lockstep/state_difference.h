// Two states side by side, for the report of a lockstep check.
#pragma once

#include <string>

#include "models/isa/cpu_state.h"

namespace strata {

/// Every field of the two states but the time stamp counter, a line each, differing ones marked
/// with '*'.
std::string side_by_side(const CpuState& interpreter, const CpuState& engine);

}  // namespace strata
