// The instruction in which a run of the cycle-accurate machine has ended: it has made its access,
// and would have retired some cycles later.
#pragma once

#include "models/engine/linear_bytes.h"
#include "models/isa/cpu_family.h"
#include "models/isa/cpu_state.h"

namespace strata {

/// Whether the instruction at CS:EIP is over once it has written its port: REP OUTS is, with its
/// last iteration.
bool is_over_with_access(const CpuState& state, CpuFamily family, const PlainMemory& memory);

}  // namespace strata
