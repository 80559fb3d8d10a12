// From decoded instructions of the guest to the intermediate form, by the columns of the opcode
// table (models/isa/row_effects.h).
#pragma once

#include "models/engine/jit/ir.h"

namespace strata::jit {

/// One instruction of a flat 32-bit block; `last`: it ends the block.
IrInstruction lower(const Instruction& instruction, bool last);

/// The block, without liveness of flags.
IrBlock lower_block(const Block& block);

/// Fills in IrInstruction::flags_live. `dead_behind` and `dead_at_target`: what follows there
/// replaces all flags before anybody may look.
void find_live_flags(IrBlock& block, bool dead_behind, bool dead_at_target);

/// Whether the code at `code`, `bytes` of which may be read, replaces all status flags before
/// anything may look at them. `looked_at`: how many bytes decide that.
bool replaces_flags(const std::uint8_t* code, std::uint32_t bytes, CpuFamily family,
                    std::uint32_t& looked_at);

}  // namespace strata::jit
