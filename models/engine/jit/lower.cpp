#include "models/engine/jit/lower.h"

#include <algorithm>

#include "models/engine/block/block_ends.h"
#include "models/isa/decoder.h"
#include "models/isa/row_effects.h"

namespace strata::jit {
namespace {

using Place = IrOperand::Place;

constexpr std::uint32_t kAllFlags = eflags::kStatus;

/// Whether the last instruction of a block goes on behind itself, if it does not fault: a string
/// instruction that is repeated until it has ended, and what loads a segment register.
bool goes_on(const Instruction& guest) {
  if (guest.row == kUndefinedRow) return false;
  return strata::is_string(row_effects()[guest.row].operation) || loads_segment(guest.row);
}

/// What the interpreter carries out.
IrInstruction interpreted(const Instruction& guest, bool last) {
  IrInstruction ir;
  ir.op = !last ? IrOp::kInterpret : goes_on(guest) ? IrOp::kInterpretOn : IrOp::kInterpretLast;
  ir.flags_read = kAllFlags;
  ir.always_faults = true;
  return ir;
}

/// An instruction of the guest with its columns, and what is made of it.
class Lowering {
 public:
  Lowering(const Instruction& guest, bool last, const Conditions& conditions, std::uint32_t behind)
      : guest_(guest),
        row_(opcode_rows()[guest.row]),
        effects_(row_effects()[guest.row]),
        last_(last),
        conditions_(conditions),
        behind_(behind) {}

  IrInstruction run() {
    ir_.bytes = effects_.byte_operands ? 1 : guest_.operand32 ? 4 : 2;
    ir_.immediate = ir_.bytes == 2 ? sign_extend(static_cast<std::uint16_t>(guest_.immediate))
                                   : guest_.immediate;
    ir_.address = {guest_.base,         guest_.index,   guest_.scale,
                   guest_.displacement, guest_.segment, !guest_.address32()};
    ir_.flags_read = effects_.flags_read & kAllFlags;
    ir_.flags_written = (effects_.flags_changed | effects_.flags_undefined) & kAllFlags;
    const bool known = plain() && choose() && reachable();
    if (!known || ends_block(ir_.op) != last_) return interpreted(guest_, last_);
    return ir_;
  }

 private:
  /// Carried out by the row's own handler, which a LOCK that is not allowed replaces, and once.
  bool plain() const {
    const auto& handlers = row_.handlers.by_size_and_memory;
    return guest_.repeat == Repeat::kNone &&
           guest_.execute == handlers[guest_.operand32 ? 1 : 0][guest_.memory ? 1 : 0];
  }

  bool reachable(unsigned segment) const {
    return conditions_.shapes[segment] != SegmentShape::kOther;
  }
  bool reachable() const {
    const bool memory = ir_.source.is_memory() || ir_.destination.is_memory();
    return !memory || reachable(ir_.address.segment);
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
  /// By one anything; by other counts what is found whole in a register afterwards.
  bool rotate(IrOp op) {
    if (!shift(op)) return false;
    if (!ir_.by_cl) ir_.flags_written = eflags::kCf | eflags::kOf;
    const bool once = !ir_.by_cl && ir_.immediate == 1;
    return once || (ir_.destination.is_register() && ir_.bytes != 1);
  }

  bool multiply_signed() {
    if (row_.form == Form::kE) return source_only(IrOp::kMultiplyWideSigned);
    ir_.by_immediate = effects_.operands[2].place == OperandPlace::kImmediate;
    return two_operands(IrOp::kMultiply) && ir_.bytes != 1;
  }

  bool divide(IrOp op) {
    ir_.always_faults = true;
    return source_only(op);
  }

  bool stack(bool known) {
    ir_.always_faults = true;
    return known && reachable(kSs);
  }
  /// BP and SP in one size.
  bool leave() {
    return stack(no_operand(IrOp::kLeave)) && conditions_.stack16 == (ir_.bytes == 2);
  }

  /// LODS, STOS and MOVS; a string's destination is in ES.
  bool string(IrOp op) {
    ir_.always_faults = true;
    ir_.address = {.base = kEsi, .segment = guest_.segment, .words = !guest_.address32()};
    const bool reads = op != IrOp::kStoreString, writes = op != IrOp::kLoadString;
    return no_operand(op) && (!reads || reachable(guest_.segment)) && (!writes || reachable(kEs));
  }

  /// To a place that is known: it must be in CS.
  bool transfer(IrOp op) {
    ir_.target = behind_ + guest_.immediate;
    if (!guest_.operand32) ir_.target &= 0xFFFF;
    return no_operand(op) && ir_.target <= conditions_.code_limit;
  }
  /// To any place of the operand's size: all of them must be in CS.
  bool anywhere(bool known) const {
    return known && conditions_.code_limit >= (guest_.operand32 ? ~0u : 0xFFFFu);
  }

  bool jump() {
    return operand(0).is_immediate() ? transfer(IrOp::kJump) : anywhere(source_only(IrOp::kJumpTo));
  }
  bool call() {
    return stack(operand(0).is_immediate() ? transfer(IrOp::kCall)
                                           : anywhere(source_only(IrOp::kCallTo)));
  }
  bool set_if() {
    ir_.condition = row_.opcode & 15;
    return one_operand(IrOp::kSetIf) && ir_.destination.is_register();
  }
  bool branch() {
    ir_.condition = row_.opcode & 15;
    return transfer(IrOp::kBranch);
  }
  /// LOOP and JECXZ: the address size chooses the counter.
  bool counted(IrOp op) {
    ir_.count16 = !guest_.address32();
    return transfer(op);
  }

  bool choose() {
    using enum Operation;
    switch (effects_.operation) {
      case kNop: return no_operand(IrOp::kNothing);
      case kMov: return two_operands(IrOp::kMove);
      case kMovzx: return extend(IrOp::kZeroExtend);
      case kMovsx: return extend(IrOp::kSignExtend);
      case kLea: ir_.destination = operand(0); return no_operand(IrOp::kLoadAddress);
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
      case kDiv: return divide(IrOp::kDivide);
      case kIdiv: return divide(IrOp::kDivideSigned);
      case kBswap: return one_operand(IrOp::kSwapBytes) && ir_.bytes == 4;
      case kCbw: return no_operand(IrOp::kWidenAccumulator);
      case kCwd: return no_operand(IrOp::kSpreadAccumulator);
      case kSetcc: return set_if();
      case kPush: return stack(source_only(IrOp::kPush));
      case kPop: return stack(one_operand(IrOp::kPop) && ir_.destination.is_register());
      case kLeave: return leave();
      case kLods: return string(IrOp::kLoadString);
      case kStos: return string(IrOp::kStoreString);
      case kMovs: return string(IrOp::kMoveString);
      case kCld: return !conditions_.downwards && no_operand(IrOp::kNothing);
      case kStd: return conditions_.downwards && no_operand(IrOp::kNothing);
      case kJcc: return branch();
      case kJcxz: return counted(IrOp::kBranchIfNoCount);
      case kLoop: return counted(IrOp::kLoop);
      case kJmp: return jump();
      case kCall: return call();
      case kRet: return anywhere(stack(no_operand(IrOp::kReturn)));
      default: return false;
    }
  }

  const Instruction& guest_;
  const OpcodeRow& row_;
  const RowEffects& effects_;
  const bool last_;
  const Conditions& conditions_;
  const std::uint32_t behind_;  // EIP there
  IrInstruction ir_;
};

}  // namespace

IrInstruction lower(const Instruction& instruction, bool last, const Conditions& conditions,
                    std::uint32_t behind) {
  if (instruction.row == kUndefinedRow) return interpreted(instruction, last);
  return Lowering(instruction, last, conditions, behind).run();
}

IrBlock lower_block(const Block& block, const Conditions& conditions, std::uint32_t eip) {
  IrBlock ir;
  const bool falls = block.steps.size() > block.count;
  for (unsigned n = 0; n < block.count; ++n) {
    const bool last = !falls && n + 1 == block.count;
    const Step& step = block.steps[n];
    const std::uint32_t behind = eip + step.offset + step.instruction.length;
    ir.instructions.push_back(lower(step.instruction, last, conditions, behind));
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

bool replaces_flags(const std::uint8_t* code, std::uint32_t bytes, bool big, CpuFamily family,
                    const Conditions& conditions, std::uint32_t& looked_at) {
  constexpr unsigned kMostInstructions = 8;
  looked_at = 0;
  std::uint32_t replaced = 0;
  for (unsigned n = 0; n < kMostInstructions; ++n) {
    Instruction instruction;
    const std::uint32_t left = std::min<std::uint32_t>(bytes - looked_at, Processor::kMaxLength);
    if (!decode({code + looked_at, left}, big, family, instruction)) return false;
    if (instruction.row == kUndefinedRow || row_effects()[instruction.row].ends_block) return false;
    const IrInstruction ir = lower(instruction, false, conditions, 0);  // no jump: EIP is nobody's
    if (ir.observes() || (ir.flags_read & ~replaced) != 0) return false;
    looked_at += instruction.length;
    replaced |= ir.flags_written;
    if (replaced == kAllFlags) return true;
  }
  return false;
}

}  // namespace strata::jit
