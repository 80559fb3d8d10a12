// The architectural state as a person reads it after a triple fault.
#pragma once

#include <string>

#include "models/isa/cpu_state.h"

namespace strata {

/// Several lines: general registers, EIP, EFLAGS, segments with base, limit and attributes, tables,
/// control registers.
std::string to_text(const CpuState& state);

}  // namespace strata
