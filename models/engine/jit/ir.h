// The translator's intermediate form: one operation an instruction of the guest, with its operands,
// its size and what becomes of the flags. What has no form of its own is kInterpret: the
// interpreter's handler carries it out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/engine/block/block.h"

namespace strata::jit {

enum class IrOp : std::uint8_t {
  kNothing,
  kMove,
  kZeroExtend,  // from IrInstruction::from_bytes
  kSignExtend,
  kLoadAddress,
  kExchange,
  kAdd,
  kOr,
  kAdc,
  kSbb,
  kAnd,
  kSub,
  kXor,
  kCompare,
  kTest,
  kIncrement,
  kDecrement,
  kNegate,
  kNot,
  kShiftLeft,  // by the immediate, 1 to 31, or by CL
  kShiftRight,
  kShiftRightSigned,
  kRotateLeft,  // likewise
  kRotateRight,
  kMultiply,            // destination = destination * source, or source * immediate
  kMultiplyWide,        // EDX:EAX and the like, without sign
  kMultiplyWideSigned,  // and with it
  kDivide,              // EDX:EAX and the like
  kDivideSigned,
  kSwapBytes,
  kWidenAccumulator,   // CBW, CWDE
  kSpreadAccumulator,  // CWD, CDQ
  kSetIf,
  kPush,
  kPop,
  kLeave,
  kLoadString,  // LODS, STOS and MOVS, once
  kStoreString,
  kMoveString,
  kInterpret,
  // What ends a block:
  kFallThrough,
  kInterpretOn,  // what follows is behind it, but for a fault or what the engine must look at
  kJump,
  kBranch,           // on a condition
  kBranchIfNoCount,  // JECXZ
  kLoop,             // LOOP
  kCall,
  kReturn,
  kJumpTo,  // the source's value
  kCallTo,
  kInterpretLast,
};

inline constexpr bool ends_block(IrOp op) {
  return op >= IrOp::kFallThrough;
}

/// Whether the interpreter's handler carries it out.
inline constexpr bool left_to_interpreter(IrOp op) {
  return op == IrOp::kInterpret || op == IrOp::kInterpretOn || op == IrOp::kInterpretLast;
}

inline constexpr bool is_string(IrOp op) {
  return op >= IrOp::kLoadString && op <= IrOp::kMoveString;
}

/// Whether control may go on behind the block, and to a target that the last instruction names.
inline constexpr bool goes_on_behind(IrOp op) {
  return op == IrOp::kFallThrough || op == IrOp::kInterpretOn || op == IrOp::kBranch ||
         op == IrOp::kBranchIfNoCount || op == IrOp::kLoop;
}
inline constexpr bool goes_to_target(IrOp op) {
  return op == IrOp::kJump || op == IrOp::kBranch || op == IrOp::kBranchIfNoCount ||
         op == IrOp::kLoop || op == IrOp::kCall;
}

/// "add", "interpret".
const char* name_of(IrOp op);

struct IrOperand {
  enum class Place : std::uint8_t { kNone, kRegister, kMemory, kImmediate };

  Place place = Place::kNone;
  std::uint8_t number = 0;  // of a register, in the encoding; of bytes: 4 to 7 are AH to BH

  bool is_register() const { return place == Place::kRegister; }
  bool is_memory() const { return place == Place::kMemory; }
  bool is_immediate() const { return place == Place::kImmediate; }
};

/// base + (index << scale) + displacement, modulo 2^32 or 2^16, in a segment that is not
/// SegmentShape::kOther.
struct IrAddress {
  std::uint8_t base = kNoRegister;
  std::uint8_t index = kNoRegister;
  std::uint8_t scale = 0;
  std::uint32_t displacement = 0;
  std::uint8_t segment = kDs;
  bool words = false;  // modulo 2^16
};

struct IrInstruction {
  IrOp op = IrOp::kInterpret;
  std::uint8_t bytes = 4;       // of the operation
  std::uint8_t from_bytes = 4;  // of the source of an extension
  std::uint8_t condition = 0;   // as in the encoding of Jcc
  bool by_cl = false;           // a shift
  bool by_immediate = false;    // a multiplication: source * immediate
  bool count16 = false;         // the counter is CX, not ECX
  bool always_faults = false;   // may fault or reach a device whatever its operands
  IrOperand destination;
  IrOperand source;
  IrAddress address;  // of the operand in memory, or of a string's source
  std::uint32_t immediate = 0;
  std::uint32_t target = 0;  // of a jump: EIP there
  // Status flags, as bits of EFLAGS:
  std::uint32_t flags_read = 0;
  std::uint32_t flags_written = 0;  // whatever the operands are
  std::uint32_t flags_live = 0;     // may be asked for by what follows, an exit among it

  /// Whether the instruction touches memory, may fault, or leaves the translation: whoever looks at
  /// the guest then must find all of its state.
  bool observes() const {
    return always_faults || source.is_memory() || destination.is_memory() ||
           left_to_interpreter(op);
  }

  /// Status flags that may be asked for from the instruction on.
  std::uint32_t flags_live_before() const {
    return observes() ? std::uint32_t{eflags::kStatus} : flags_read | (flags_live & ~flags_written);
  }
};

/// A block of the guest in this form; as many instructions as the block has, and kFallThrough where
/// it does not end in a jump.
struct IrBlock {
  std::vector<IrInstruction> instructions;

  /// Segments of the operands that a register or a constant names, bit n for number n.
  std::uint8_t segments() const {
    unsigned segments = 0;
    for (const IrInstruction& one : instructions) {
      const bool memory = one.source.is_memory() || one.destination.is_memory();
      if (memory || is_string(one.op)) segments |= 1u << one.address.segment;
    }
    return static_cast<std::uint8_t>(segments);
  }
};

std::string to_text(const IrInstruction& instruction);

}  // namespace strata::jit
