// Iterations of REP MOVS and REP STOS, and of REP OUTSW and REP INSW, that are carried out
// together.
#pragma once

#include <cstdint>

#include "models/isa/instruction.h"
#include "models/isa/processor.h"

namespace strata {

/// Behind an iteration of `instruction`, with others to come: carries out some of those as one, at
/// most `most` and not the last, and returns how many; each takes the time of an iteration. They
/// are upward, in plain memory (a device takes or gives the words of OUTSW and INSW), in one page
/// at either end, and neither faults nor writes guarded code. Zero: it is none such.
std::uint32_t repeat_together(Processor& p, const Instruction& instruction, std::uint32_t most);

}  // namespace strata
