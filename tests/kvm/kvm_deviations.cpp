#include "tests/kvm/kvm_deviations.h"

#include <string_view>

#include "models/isa/opcode_table.h"

namespace strata::test {

std::string_view mnemonic_of(const Instruction& instruction) {
  return instruction.row == kUndefinedRow ? "" : opcode_rows()[instruction.row].mnemonic;
}

bool is_left_out_of_emulation(const Instruction& instruction, bool real_mode) {
  const std::string_view mnemonic = mnemonic_of(instruction);
  const bool interrupts = mnemonic == "INT" || mnemonic == "INT3" || mnemonic == "INTO";
  const bool high_vector = mnemonic == "INT" && (instruction.immediate & 0x80) != 0;
  return (real_mode && ((interrupts && instruction.operand32) || high_vector)) ||
         (mnemonic == "ENTER" && instruction.operand32 == real_mode);
}

void forgive_emulation(ComparedStep& step, const CpuState& kvm, CpuState& expected) {
  const std::string_view mnemonic = mnemonic_of(step.instruction);
  if (mnemonic == "AAM" || mnemonic == "AAD") step.undefined |= eflags::kSf | eflags::kZf;
  if (step.handled && (mnemonic == "CMPS" || mnemonic == "SCAS")) {
    step.undefined |= eflags::kStatus;
  }
  if (step.handled) step.undefined |= eflags::kAc;
  if (step.handled && step.real_mode) {
    expected.gpr[kEsp] = (expected.gpr[kEsp] & 0xFFFF) | (kvm.gpr[kEsp] & 0xFFFF0000);
  }
}

}  // namespace strata::test
