// Takes an instruction from memory as far as its bytes go, for whoever has no faster way.
#pragma once

#include "models/isa/instruction.h"
#include "models/isa/processor.h"

namespace strata {

/// Decodes the instruction at CS:EIP. Byte by byte, each first against CS's limit, then against its
/// page, and only as many as the instruction has: #GP(0) past the limit or past 15 bytes (SDM vol.
/// 2, 2.3.11), #PF with the address of the first byte that is missing in CR2. Offsets go round at 4
/// GiB. False with the fault raised.
bool fetch_instruction(Processor& p, Instruction& instruction);

}  // namespace strata
