// Whether a block's intermediate form can be that of its instructions: registers, memory and flags
// by the columns of the opcode table, liveness by what follows.
#pragma once

#include <string>

#include "models/engine/jit/ir.h"

namespace strata::jit {

/// What is wrong, with the number of the instruction; empty: nothing.
std::string check(const IrBlock& ir, const Block& block);

}  // namespace strata::jit
