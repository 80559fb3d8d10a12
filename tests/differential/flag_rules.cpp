#include "tests/differential/flag_rules.h"

#include "models/isa/cpu_state.h"
#include "models/isa/row_effects.h"

namespace strata::test {
namespace {

/// SDM vol. 2, SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD, "Flags Affected": a masked count of
/// zero affects no flag; OF is defined for one-bit shifts and rotates only; CF of SHL and SHR is
/// undefined for counts of the operand size and more; a double shift by more than the operand size
/// leaves the destination and all flags undefined.
void shift_effects(FlagEffects& effects, CountRule kind, unsigned count, unsigned bits,
                   bool is_sar) {
  if (count == 0) {
    effects.changes = effects.undefined = 0;
    effects.reads = 0;
    return;
  }
  if (count != 1) {
    effects.undefined |= eflags::kOf;
  }
  if (kind == CountRule::kShift && !is_sar && count >= bits) {
    effects.undefined |= eflags::kCf;
  }
  if (kind == CountRule::kDoubleShift && count > bits) {
    effects.undefined |= eflags::kStatus;
    effects.undefined_result = true;
  }
  // A turn by all bits and the carry is none: CF goes on being undefined if it was.
  if (kind == CountRule::kRotateThroughCarry && count % (bits + 1) == 0) {
    effects.changes &= ~eflags::kCf;
  }
  effects.changes &= ~effects.undefined;
}

}  // namespace

FlagEffects flag_effects(const Instruction& instruction, std::uint32_t ecx) {
  if (instruction.row == kUndefinedRow) {
    return {};
  }
  const OpcodeRow& row = opcode_rows()[instruction.row];
  const RowEffects& rule = row_effects()[instruction.row];
  FlagEffects effects{rule.flags_read & eflags::kStatus, rule.flags_changed & eflags::kStatus,
                      rule.flags_undefined};
  if (rule.count != CountRule::kNone) {
    const unsigned bits = rule.byte_operands ? 8 : instruction.operand32 ? 32 : 16;
    const bool count_immediate = traits_of(row.form).immediate == ImmediateKind::kByte;
    const bool count_one =
        row.map == OpcodeMap::kOneByte && (row.opcode & 0xFE) == 0xD0;  // else in CL
    const std::uint32_t count = count_one ? 1 : count_immediate ? instruction.immediate : ecx;
    shift_effects(effects, rule.count, count & 31, bits, rule.operation == Operation::kSar);
  }
  const bool compares_strings =
      rule.operation == Operation::kCmps || rule.operation == Operation::kScas;
  if (compares_strings && instruction.repeat != Repeat::kNone &&
      (ecx & instruction.address_mask) == 0) {
    return {};
  }
  // SDM vol. 2, BSWAP: with a 16-bit operand the result is undefined.
  effects.undefined_result |= rule.operation == Operation::kBswap && !instruction.operand32;
  return effects;
}

std::uint32_t flags_read_by_row(std::size_t row) {
  return row_effects()[row].flags_read & eflags::kStatus;
}

}  // namespace strata::test
