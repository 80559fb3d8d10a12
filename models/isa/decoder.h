// Bytes to Instruction (SDM vol. 2, chapter 2). A pure function: the same bytes, code segment size
// and processor always decode to the same instruction.
#pragma once

#include <cstdint>
#include <span>

#include "models/isa/cpu_family.h"
#include "models/isa/instruction.h"

namespace strata {

/// Decodes the instruction at the start of `bytes` (at most 15 are looked at); `big` is the code
/// segment's D bit. False if the instruction does not end within `bytes`. An encoding `family` does
/// not have, and LOCK where it is not allowed, decode to a handler that raises #UD.
bool decode(std::span<const std::uint8_t> bytes, bool big, CpuFamily family,
            Instruction& instruction);

/// Whether an instruction may begin with `byte` as a prefix.
bool is_prefix(std::uint8_t byte);

}  // namespace strata
