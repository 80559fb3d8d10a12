#include "models/engine/jit/lower.h"

#include <algorithm>

#include "models/isa/decoder.h"
#include "models/isa/row_effects.h"

namespace strata::jit {
namespace {

using Place = IrOperand::Place;

constexpr std::uint32_t kAllFlags = eflags::kStatus;

/// What the interpreter carries out.
IrInstruction interpreted(bool last) {
  IrInstruction ir;
  ir.op = last ? IrOp::kInterpretLast : IrOp::kInterpret;
  ir.flags_read = kAllFlags;
  ir.always_faults = true;
  return ir;
}

/// An instruction of the guest with its columns, and what is made of it.
class Lowering {
 public:
  Lowering(const Instruction& guest, bool last)
      : guest_(guest),
        row_(opcode_rows()[guest.row]),
        effects_(row_effects()[guest.row]),
        last_(last) {}

  IrInstruction run() {
    ir_.bytes = effects_.byte_operands ? 1 : guest_.operand32 ? 4 : 2;
    ir_.immediate = ir_.bytes == 2 ? sign_extend(static_cast<std::uint16_t>(guest_.immediate))
                                   : guest_.immediate;
    ir_.address = {guest_.base, guest_.index, guest_.scale, guest_.displacement};
    ir_.flags_read = effects_.flags_read & kAllFlags;
    ir_.flags_written = (effects_.flags_changed | effects_.flags_undefined) & kAllFlags;
    const bool known = plain() && choose() && reachable();
    if (!known || ends_block(ir_.op) != last_) return interpreted(last_);
    return ir_;
  }

 private:
  /// Carried out by the row's own handler, which a LOCK that is not allowed replaces, and once.
  bool plain() const {
    const auto& handlers = row_.handlers.by_size_and_memory;
    return guest_.repeat == Repeat::kNone &&
           guest_.execute == handlers[guest_.operand32 ? 1 : 0][guest_.memory ? 1 : 0];
  }

  /// Operands in memory are found in flat segments only.
  bool reachable() const {
    const bool memory = ir_.source.is_memory() || ir_.destination.is_memory();
    const bool flat = guest_.segment != kCs && guest_.segment < kFs;
    return !memory || (guest_.address32() && flat);
  }

  IrOperand operand(OperandPlace place) const {
    switch (place) {
      case OperandPlace::kRm:
        return guest_.memory ? IrOperand{Place::kMemory} : IrOperand{Place::kRegister, guest_.rm};
      case OperandPlace::kReg:
      case OperandPlace::kOpcodeReg: return {Place::kRegister, guest_.reg};
      case OperandPlace::kAccumulator: return {Place::kRegister, kEax};
      case OperandPlace::kImmediate: return {Place::kImmediate};
      case OperandPlace::kOffset: return {Place::kMemory};
      default: return {};
    }
  }
  IrOperand operand(unsigned number) const { return operand(effects_.operands[number].place); }

  bool two_operands(IrOp op) {
    ir_.op = op;
    ir_.destination = operand(0);
    ir_.source = operand(1);
    return ir_.destination.place != Place::kNone && ir_.source.place != Place::kNone;
  }
  bool one_operand(IrOp op) {
    ir_.op = op;
    ir_.destination = operand(0);
    return ir_.destination.place != Place::kNone;
  }
  bool source_only(IrOp op) {
    ir_.op = op;
    ir_.source = operand(0);
    return ir_.source.place != Place::kNone;
  }
  bool no_operand(IrOp op) {
    ir_.op = op;
    return true;
  }
  bool extend(IrOp op) {
    ir_.from_bytes = (row_.opcode & 1) != 0 ? 2 : 1;
    return two_operands(op) && ir_.from_bytes < ir_.bytes;
  }

  /// AH to BH and memory have no short way.
  bool exchange() {
    if (!two_operands(IrOp::kExchange)) return false;
    return ir_.destination.is_register() || ir_.bytes != 1 || ir_.source.number < 4;
  }

  bool shift(IrOp op) {
    constexpr std::uint8_t kGroupByOne = 0xD0, kGroupByCl = 0xD2, kGroupByImmediate = 0xC0;
    const std::uint8_t group = row_.opcode & 0xFE;
    if (row_.map != OpcodeMap::kOneByte) return false;
    ir_.by_cl = group == kGroupByCl;
    if (group == kGroupByOne) ir_.immediate = 1;
    if (group != kGroupByOne && group != kGroupByCl && group != kGroupByImmediate) return false;
    ir_.immediate &= 31;
    const unsigned bits = 8u * ir_.bytes;
    if (!ir_.by_cl && (ir_.immediate == 0 || ir_.immediate >= bits)) return false;
    if (ir_.by_cl) {
      ir_.flags_read |= kAllFlags;  // they may stay
      ir_.flags_written = 0;
    } else {
      ir_.flags_written = kAllFlags;
    }
    if (!one_operand(op)) return false;
    return !ir_.by_cl || (ir_.bytes == 4 && ir_.destination.is_register());
  }
  bool rotate(IrOp op) {
    if (!shift(op) || ir_.by_cl || ir_.immediate != 1) return false;
    ir_.flags_written = eflags::kCf | eflags::kOf;
    return true;
  }

  bool multiply_signed() {
    if (row_.form == Form::kE) return source_only(IrOp::kMultiplyWideSigned);
    ir_.by_immediate = effects_.operands[2].place == OperandPlace::kImmediate;
    return two_operands(IrOp::kMultiply) && ir_.bytes != 1;
  }

  /// PUSH, POP and near transfers of 32 bits.
  bool stack(bool known) {
    ir_.always_faults = true;
    return known && ir_.bytes == 4;
  }
  bool transfer(bool known) { return known && guest_.operand32; }

  bool jump() {
    const IrOperand target = operand(0);
    if (target.is_immediate()) return no_operand(IrOp::kJump);
    return source_only(IrOp::kJumpTo);
  }
  bool call() {
    const IrOperand target = operand(0);
    if (target.is_immediate()) return no_operand(IrOp::kCall);
    return source_only(IrOp::kCallTo);
  }
  bool conditional(IrOp op) {
    ir_.condition = row_.opcode & 15;
    if (op == IrOp::kBranch) return no_operand(op);
    return one_operand(op) && ir_.destination.is_register();
  }
  /// LOOP and JECXZ: the address size chooses the counter.
  bool counted(IrOp op) { return transfer(no_operand(op)) && guest_.address32(); }

  bool choose() {
    using enum Operation;
    switch (effects_.operation) {
      case kNop: return no_operand(IrOp::kNothing);
      case kMov: return two_operands(IrOp::kMove);
      case kMovzx: return extend(IrOp::kZeroExtend);
      case kMovsx: return extend(IrOp::kSignExtend);
      case kLea:
        ir_.destination = operand(0);
        return no_operand(IrOp::kLoadAddress) && ir_.bytes == 4 && guest_.address32();
      case kXchg: return exchange();
      case kAdd: return two_operands(IrOp::kAdd);
      case kOr: return two_operands(IrOp::kOr);
      case kAdc: return two_operands(IrOp::kAdc);
      case kSbb: return two_operands(IrOp::kSbb);
      case kAnd: return two_operands(IrOp::kAnd);
      case kSub: return two_operands(IrOp::kSub);
      case kXor: return two_operands(IrOp::kXor);
      case kCmp: return two_operands(IrOp::kCompare);
      case kTest: return two_operands(IrOp::kTest);
      case kInc: return one_operand(IrOp::kIncrement);
      case kDec: return one_operand(IrOp::kDecrement);
      case kNeg: return one_operand(IrOp::kNegate);
      case kNot: return one_operand(IrOp::kNot);
      case kShl: return shift(IrOp::kShiftLeft);
      case kShr: return shift(IrOp::kShiftRight);
      case kSar: return shift(IrOp::kShiftRightSigned);
      case kRol: return rotate(IrOp::kRotateLeft);
      case kRor: return rotate(IrOp::kRotateRight);
      case kImul: return multiply_signed();
      case kMul: return source_only(IrOp::kMultiplyWide);
      case kBswap: return one_operand(IrOp::kSwapBytes) && ir_.bytes == 4;
      case kCbw: return no_operand(IrOp::kWidenAccumulator);
      case kCwd: return no_operand(IrOp::kSpreadAccumulator);
      case kSetcc: return conditional(IrOp::kSetIf);
      case kPush: return stack(source_only(IrOp::kPush));
      case kPop: return stack(one_operand(IrOp::kPop) && ir_.destination.is_register());
      case kLeave: return stack(no_operand(IrOp::kLeave));
      case kJcc: return transfer(conditional(IrOp::kBranch));
      case kJcxz: return counted(IrOp::kBranchIfNoCount);
      case kLoop: return counted(IrOp::kLoop);
      case kJmp: return transfer(jump());
      case kCall: return transfer(stack(call()));
      case kRet: return transfer(stack(no_operand(IrOp::kReturn)));
      default: return false;
    }
  }

  const Instruction& guest_;
  const OpcodeRow& row_;
  const RowEffects& effects_;
  const bool last_;
  IrInstruction ir_;
};

}  // namespace

IrInstruction lower(const Instruction& instruction, bool last) {
  if (instruction.row == kUndefinedRow) return interpreted(last);
  return Lowering(instruction, last).run();
}

IrBlock lower_block(const Block& block) {
  IrBlock ir;
  const bool falls = block.steps.size() > block.count;
  for (unsigned n = 0; n < block.count; ++n) {
    const bool last = !falls && n + 1 == block.count;
    ir.instructions.push_back(lower(block.steps[n].instruction, last));
  }
  if (falls) {
    IrInstruction end;
    end.op = IrOp::kFallThrough;
    ir.instructions.push_back(end);
  }
  return ir;
}

void find_live_flags(IrBlock& block, bool dead_behind, bool dead_at_target) {
  const IrOp last = block.instructions.back().op;
  const bool direct = goes_on_behind(last) || goes_to_target(last);
  const bool dead =
      direct && (dead_behind || !goes_on_behind(last)) && (dead_at_target || !goes_to_target(last));
  std::uint32_t live = dead ? 0 : kAllFlags;
  for (auto it = block.instructions.rbegin(); it != block.instructions.rend(); ++it) {
    it->flags_live = live;
    live = it->flags_live_before();
  }
}

bool replaces_flags(const std::uint8_t* code, std::uint32_t bytes, CpuFamily family,
                    std::uint32_t& looked_at) {
  constexpr unsigned kMostInstructions = 8;
  looked_at = 0;
  std::uint32_t replaced = 0;
  for (unsigned n = 0; n < kMostInstructions; ++n) {
    Instruction instruction;
    const std::uint32_t left = std::min<std::uint32_t>(bytes - looked_at, Processor::kMaxLength);
    if (!decode({code + looked_at, left}, true, family, instruction)) return false;
    if (instruction.row == kUndefinedRow || row_effects()[instruction.row].ends_block) return false;
    const IrInstruction ir = lower(instruction, false);
    if (ir.observes() || (ir.flags_read & ~replaced) != 0) return false;
    looked_at += instruction.length;
    replaced |= ir.flags_written;
    if (replaced == kAllFlags) return true;
  }
  return false;
}

}  // namespace strata::jit
