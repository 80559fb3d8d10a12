// Iterations of a REP string instruction at a port, carried out as one.
#pragma once

#include <cstdint>

#include "models/isa/instruction.h"
#include "models/isa/processor.h"

namespace strata {

/// Behind an iteration of `instruction`: carries out those to come, `most` at most, as far as they
/// are REP OUTSW or REP INSW of words in one page that only wait in a device, and not the last of
/// them. How many; EIP and time are the caller's.
std::uint32_t move_words_together(Processor& p, const Instruction& instruction, std::uint64_t most);

}  // namespace strata
