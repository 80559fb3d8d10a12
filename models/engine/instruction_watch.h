// Sees each instruction a software engine carries out, before and after. Such a run goes one
// instruction at a time; its virtual time is the same.
#pragma once

#include "models/isa/instruction.h"
#include "models/isa/processor.h"

namespace strata {

class InstructionWatch {
 public:
  virtual ~InstructionWatch() = default;

  /// `instruction`, at p.eip, comes next. True: memory there has been changed, so that it is to be
  /// fetched again, and told of again.
  virtual bool on_fetched(const Processor& p, const Instruction& instruction) = 0;

  /// It ended so; a fault has not been delivered, nor has EIP moved. Of a repeated one after each
  /// iteration.
  virtual void on_executed(const Processor& p, const Instruction& instruction, Outcome outcome) = 0;
};

}  // namespace strata
