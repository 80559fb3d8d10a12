#include <array>
#include <cstdio>
#include <string_view>

#include "models/engine/jit/ir.h"

namespace strata::jit {
namespace {

struct OpName {
  IrOp op;
  const char* name;
};

constexpr OpName kNames[] = {
    {IrOp::kNothing, "nothing"},
    {IrOp::kMove, "move"},
    {IrOp::kZeroExtend, "zero-extend"},
    {IrOp::kSignExtend, "sign-extend"},
    {IrOp::kLoadAddress, "address"},
    {IrOp::kExchange, "exchange"},
    {IrOp::kAdd, "add"},
    {IrOp::kOr, "or"},
    {IrOp::kAdc, "add-carry"},
    {IrOp::kSbb, "subtract-borrow"},
    {IrOp::kAnd, "and"},
    {IrOp::kSub, "subtract"},
    {IrOp::kXor, "xor"},
    {IrOp::kCompare, "compare"},
    {IrOp::kTest, "test"},
    {IrOp::kIncrement, "increment"},
    {IrOp::kDecrement, "decrement"},
    {IrOp::kNegate, "negate"},
    {IrOp::kNot, "not"},
    {IrOp::kShiftLeft, "shift-left"},
    {IrOp::kShiftRight, "shift-right"},
    {IrOp::kShiftRightSigned, "shift-right-signed"},
    {IrOp::kRotateLeft, "rotate-left"},
    {IrOp::kRotateRight, "rotate-right"},
    {IrOp::kMultiply, "multiply"},
    {IrOp::kMultiplyWide, "multiply-wide"},
    {IrOp::kMultiplyWideSigned, "multiply-wide-signed"},
    {IrOp::kDivide, "divide"},
    {IrOp::kDivideSigned, "divide-signed"},
    {IrOp::kSwapBytes, "swap-bytes"},
    {IrOp::kWidenAccumulator, "widen"},
    {IrOp::kSpreadAccumulator, "spread"},
    {IrOp::kSetIf, "set-if"},
    {IrOp::kPush, "push"},
    {IrOp::kPop, "pop"},
    {IrOp::kLeave, "leave"},
    {IrOp::kLoadString, "load-string"},
    {IrOp::kStoreString, "store-string"},
    {IrOp::kMoveString, "move-string"},
    {IrOp::kInterpret, "interpret"},
    {IrOp::kFallThrough, "go-on"},
    {IrOp::kInterpretOn, "interpret-and-go-on"},
    {IrOp::kJump, "jump"},
    {IrOp::kBranch, "branch-if"},
    {IrOp::kBranchIfNoCount, "branch-if-no-count"},
    {IrOp::kLoop, "loop"},
    {IrOp::kCall, "call"},
    {IrOp::kReturn, "return"},
    {IrOp::kJumpTo, "jump-to"},
    {IrOp::kCallTo, "call-to"},
    {IrOp::kInterpretLast, "interpret-and-leave"},
};

std::string register_name(unsigned number, unsigned bytes) {
  static constexpr const char* kBytes[] = {"al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"};
  static constexpr const char* kWords[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
  if (bytes == 1) return kBytes[number];
  return std::string(bytes == 4 ? "e" : "") + kWords[number];
}

std::string hexadecimal(std::uint32_t value) {
  char text[16];
  std::snprintf(text, sizeof(text), "0x%X", value);
  return text;
}

/// Of a segment that an address without override is not in.
std::string segment_text(const IrAddress& address) {
  static constexpr const char* kPrefixes[] = {"es:", "cs:", "ss:", "ds:", "fs:", "gs:"};
  const bool stack = address.base == kEsp || address.base == kEbp;
  return address.segment == (stack ? kSs : kDs) ? "" : kPrefixes[address.segment];
}

std::string address_text(const IrAddress& address) {
  const unsigned bytes = address.words ? 2 : 4;
  std::string text;
  if (address.base != kNoRegister) text = register_name(address.base, bytes);
  if (address.index != kNoRegister) {
    if (!text.empty()) text += '+';
    text += register_name(address.index, bytes);
    if (address.scale != 0) text += '*' + std::to_string(1 << address.scale);
  }
  const auto displacement = static_cast<std::int32_t>(address.displacement);
  if (text.empty()) {
    text = hexadecimal(address.displacement);
  } else if (displacement < 0) {
    text += '-' + hexadecimal(0u - address.displacement);
  } else if (displacement > 0) {
    text += '+' + hexadecimal(address.displacement);
  }
  return segment_text(address) + '[' + text + ']';
}

std::string operand_text(const IrInstruction& ir, const IrOperand& operand, unsigned bytes) {
  switch (operand.place) {
    case IrOperand::Place::kRegister: return register_name(operand.number, bytes);
    case IrOperand::Place::kMemory: return address_text(ir.address);
    case IrOperand::Place::kImmediate: return hexadecimal(ir.immediate);
    default: return "";
  }
}

std::string flags_text(std::uint32_t flags) {
  struct Letter {
    std::uint32_t flag;
    char letter;
  };
  constexpr Letter kLetters[] = {{eflags::kOf, 'o'}, {eflags::kSf, 's'}, {eflags::kZf, 'z'},
                                 {eflags::kAf, 'a'}, {eflags::kPf, 'p'}, {eflags::kCf, 'c'}};
  std::string text;
  for (const auto& [flag, letter] : kLetters) {
    if ((flags & flag) != 0) text += letter;
  }
  return text;
}

bool is_shift(IrOp op) {
  return op >= IrOp::kShiftLeft && op <= IrOp::kRotateRight;
}

}  // namespace

const char* name_of(IrOp op) {
  for (const auto& [known, name] : kNames) {
    if (known == op) return name;
  }
  return "?";
}

std::string to_text(const IrInstruction& ir) {
  static constexpr std::array<const char*, 16> kConditions = {
      "o", "no", "b", "ae", "z", "nz", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"};
  std::string text = name_of(ir.op);
  if (ir.op == IrOp::kBranch || ir.op == IrOp::kSetIf) {
    text += std::string("-") + kConditions[ir.condition];
  }
  const bool sized = ir.bytes != 4 && !left_to_interpreter(ir.op);
  if (sized) text += '.' + std::to_string(8 * ir.bytes);
  const bool extends = ir.op == IrOp::kZeroExtend || ir.op == IrOp::kSignExtend;
  std::string operands = operand_text(ir, ir.destination, ir.bytes);
  const auto add = [&](const std::string& operand) {
    if (operand.empty()) return;
    operands += (operands.empty() ? "" : ", ") + operand;
  };
  add(operand_text(ir, ir.source, extends ? ir.from_bytes : ir.bytes));
  const bool from_string = ir.op == IrOp::kLoadString || ir.op == IrOp::kMoveString;
  if (ir.op == IrOp::kLoadAddress || from_string) add(address_text(ir.address));
  if (ir.by_immediate) add(hexadecimal(ir.immediate));
  if (is_shift(ir.op)) add(ir.by_cl ? "cl" : std::to_string(ir.immediate));
  if (!operands.empty()) text += ' ' + operands;
  const std::uint32_t wanted = ir.flags_written & ir.flags_live;
  if (ir.flags_written != 0) text += wanted != 0 ? "  {" + flags_text(wanted) + "}" : "  {}";
  return text;
}

}  // namespace strata::jit
