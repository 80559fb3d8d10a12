#include "models/engine/jit/ir_check.h"

#include "models/isa/row_effects.h"

namespace strata::jit {
namespace {

constexpr std::uint32_t kAllFlags = eflags::kStatus;

/// The general register an operand of `bytes` bytes is, or is a part of.
std::uint8_t bit_of(unsigned number, unsigned bytes) {
  return static_cast<std::uint8_t>(1u << (bytes == 1 ? number & 3 : number));
}

/// General registers that the guest's instruction writes, by the table.
std::uint8_t written_by(const Instruction& guest, const RowEffects& effects) {
  std::uint8_t written = effects.registers_written;
  const unsigned bytes = effects.byte_operands ? 1 : 4;
  for (const Operand& operand : effects.operands) {
    if (operand.access == OperandAccess::kRead) continue;
    switch (operand.place) {
      case OperandPlace::kRm:
        if (!guest.memory) written |= bit_of(guest.rm, bytes);
        break;
      case OperandPlace::kReg:
      case OperandPlace::kOpcodeReg: written |= bit_of(guest.reg, bytes); break;
      case OperandPlace::kAccumulator: written |= bit_of(kEax, 4); break;
      default: break;
    }
  }
  return written;
}

bool writes_source(IrOp op) {
  return op == IrOp::kExchange;
}
bool writes_destination(IrOp op) {
  return op != IrOp::kCompare && op != IrOp::kTest;
}

/// General registers that the operation writes.
std::uint8_t written_by(const IrInstruction& ir) {
  constexpr std::uint8_t kAx = 1 << kEax, kDx = 1 << kEdx, kCx = 1 << kEcx;
  constexpr std::uint8_t kSp = 1 << kEsp, kBp = 1 << kEbp, kSi = 1 << kEsi, kDi = 1 << kEdi;
  std::uint8_t written = 0;
  if (ir.destination.is_register() && writes_destination(ir.op)) {
    written |= bit_of(ir.destination.number, ir.bytes);
  }
  if (ir.source.is_register() && writes_source(ir.op)) {
    written |= bit_of(ir.source.number, ir.bytes);
  }
  switch (ir.op) {
    case IrOp::kMultiplyWide:
    case IrOp::kMultiplyWideSigned:
    case IrOp::kDivide:
    case IrOp::kDivideSigned: return written | kAx | (ir.bytes != 1 ? kDx : 0);
    case IrOp::kWidenAccumulator: return written | kAx;
    case IrOp::kSpreadAccumulator: return written | kDx;
    case IrOp::kPush:
    case IrOp::kPop:
    case IrOp::kCall:
    case IrOp::kCallTo:
    case IrOp::kReturn: return written | kSp;
    case IrOp::kLeave: return written | kSp | kBp;
    case IrOp::kLoop: return written | kCx;
    case IrOp::kLoadString: return written | kAx | kSi;
    case IrOp::kStoreString: return written | kDi;
    case IrOp::kMoveString: return written | kSi | kDi;
    default: return written;
  }
}

/// Of a shift the table says what any count may do.
bool flags_fit(const IrInstruction& ir, const RowEffects& effects) {
  const std::uint32_t read = effects.flags_read & kAllFlags;
  const std::uint32_t written = (effects.flags_changed | effects.flags_undefined) & kAllFlags;
  if ((read & ~ir.flags_read) != 0) return false;
  if (effects.count == CountRule::kNone) return ir.flags_written == written;
  return (ir.flags_written & ~kAllFlags) == 0;
}

std::string check_one(const IrInstruction& ir, const Instruction& guest) {
  if (left_to_interpreter(ir.op)) {
    return ir.flags_read == kAllFlags && ir.observes() ? "" : "the interpreter needs all flags";
  }
  if (guest.row == kUndefinedRow) return "an operation for what is no instruction";
  const RowEffects& effects = row_effects()[guest.row];
  // Of a string instruction's row the table says what repeated ones do.
  const std::uint8_t repeated = is_string(ir.op) ? 1 << kEcx : 0;
  if (written_by(ir) != (written_by(guest, effects) & ~repeated)) {
    return "other registers are written";
  }
  if (!flags_fit(ir, effects)) return "other flags";
  const bool memory = ir.source.is_memory() || ir.destination.is_memory();
  if (memory && !ir.observes()) return "memory that nobody may look at";
  if (effects.faults == Faults::kAlways && !ir.observes() && !ends_block(ir.op)) {
    return "a fault that finds no state";
  }
  return "";
}

}  // namespace

std::string check(const IrBlock& ir, const Block& block) {
  const std::size_t count = ir.instructions.size();
  const auto at = [](std::size_t n, const std::string& what) {
    return "instruction " + std::to_string(n) + ": " + what;
  };
  const bool falls = block.steps.size() > block.count;
  if (count != block.count + (falls ? 1u : 0u)) return "not as many operations as instructions";
  for (std::size_t n = 0; n < count; ++n) {
    const IrInstruction& one = ir.instructions[n];
    if (ends_block(one.op) != (n + 1 == count)) return at(n, "the block's end is elsewhere");
    if (n < block.count) {
      const std::string wrong = check_one(one, block.steps[n].instruction);
      if (!wrong.empty()) return at(n, wrong);
    }
    if (n + 1 == count) break;
    const std::uint32_t needed = ir.instructions[n + 1].flags_live_before();
    if ((needed & ~one.flags_live) != 0) return at(n, "flags that are needed are not alive");
  }
  return "";
}

}  // namespace strata::jit
