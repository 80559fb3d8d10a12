// From decoded instructions of the guest to the intermediate form, by the columns of the opcode
// table (models/isa/row_effects.h).
#pragma once

#include "models/engine/jit/conditions.h"
#include "models/engine/jit/ir.h"

namespace strata::jit {

/// One instruction of a block; `last`: it ends the block; `behind`: EIP behind it.
IrInstruction lower(const Instruction& instruction, bool last, const Conditions& conditions,
                    std::uint32_t behind);

/// The block at `eip`, without liveness of flags.
IrBlock lower_block(const Block& block, const Conditions& conditions, std::uint32_t eip);

/// Fills in IrInstruction::flags_live. `dead_behind` and `dead_at_target`: what follows there
/// replaces all flags before anybody may look.
void find_live_flags(IrBlock& block, bool dead_behind, bool dead_at_target);

/// Whether the code at `code`, `bytes` of which may be read, replaces all status flags before
/// anything may look at them. `big`: CS.D. `looked_at`: how many bytes decide that.
bool replaces_flags(const std::uint8_t* code, std::uint32_t bytes, bool big, CpuFamily family,
                    const Conditions& conditions, std::uint32_t& looked_at);

}  // namespace strata::jit
