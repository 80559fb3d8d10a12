// Instructions that blocks end at for what they may change, though mostly what is behind follows.
#pragma once

#include "models/isa/row_effects.h"

namespace strata {

/// MOVS, CMPS, SCAS, LODS, STOS, INS or OUTS: stays where it is while it is repeated.
bool is_string(Operation operation);

/// Whether an instruction of the opcode table's `row` loads a segment register, but for POP SS,
/// which shadows interrupts: Mode may be another then.
bool loads_segment(std::uint16_t row);

}  // namespace strata
