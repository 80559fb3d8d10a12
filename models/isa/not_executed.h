// What is decoded completely but not executed yet: it raises #UD. The opcode table's rows with the
// handler kNotExecuted (ARPL, LAR, LSL, VERR, VERW, SLDT, STR, LLDT, LTR, ENTER, BOUND, MOV DRx,
// MOV TRx; x87 escapes D8-DF have their own handler because CR0 may make them #NM), and these cases
// of executed instructions:
//   far JMP and CALL to call gates, task gates and task state segments;
//   IRET with EFLAGS.NT set, to virtual-8086 mode, and to an outer privilege level;
//   RETF to an outer privilege level.
// Beside them, EFLAGS.TF and RF and the debug registers have no effect.
#pragma once

#include "models/isa/processor.h"

namespace strata {

inline Outcome not_executed(Processor& p, const Instruction&) {
  return p.raised(vector::kInvalidOpcode);
}

}  // namespace strata
