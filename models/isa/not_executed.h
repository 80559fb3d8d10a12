// What is decoded completely but not executed yet: it raises #UD. The opcode table's rows with the
// handler kNotExecuted (MOV DRx, MOV TRx). Beside them, EFLAGS.TF and RF and the debug registers
// have no effect.
#pragma once

#include "models/isa/processor.h"

namespace strata {

inline Outcome not_executed(Processor& p, const Instruction&) {
  return p.raised(vector::kInvalidOpcode);
}

}  // namespace strata
