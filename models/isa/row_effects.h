// What the instructions of each row of the opcode table do, as data: operation, operands in the
// manual's order, general registers and flags read, written and undefined, whether they
// may fault, whether they end a block. For engines that look ahead, and for tests; a test holds the
// columns against execution (tests/isa/row_effects_test.cpp), the order by instructions that name
// one register twice. Gates and task switches are left out: what they do is no one instruction's.
//
// Sources: SDM vol. 2, each instruction's "Operation", "Flags Affected" and exceptions; vol. 1,
// appendices A and B.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "models/isa/opcode_table.h"

namespace strata {

/// One an instruction of the manual; conditions are in the opcode's low four bits.
enum class Operation : std::uint8_t {
  kAaa,
  kAad,
  kAam,
  kAas,
  kAdc,
  kAdd,
  kAnd,
  kArpl,
  kBound,
  kBsf,
  kBsr,
  kBswap,
  kBt,
  kBtc,
  kBtr,
  kBts,
  kCall,
  kCallFar,
  kCbw,
  kClc,
  kCld,
  kCli,
  kClts,
  kCmc,
  kCmovcc,
  kCmp,
  kCmps,
  kCmpxchg,
  kCmpxchg8b,
  kCpuid,
  kCwd,
  kDaa,
  kDas,
  kDec,
  kDiv,
  kEnter,
  kEsc,
  kHlt,
  kIdiv,
  kImul,
  kIn,
  kInc,
  kIns,
  kInt,
  kInt1,
  kInt3,
  kInto,
  kInvd,
  kInvlpg,
  kIret,
  kJcc,
  kJcxz,
  kJmp,
  kJmpFar,
  kLahf,
  kLar,
  kLds,
  kLea,
  kLeave,
  kLes,
  kLfs,
  kLgdt,
  kLgs,
  kLidt,
  kLldt,
  kLmsw,
  kLods,
  kLoop,
  kLoope,
  kLoopne,
  kLsl,
  kLss,
  kLtr,
  kMov,
  kMovs,
  kMovsx,
  kMovzx,
  kMul,
  kNeg,
  kNop,
  kNot,
  kOr,
  kOut,
  kOuts,
  kPop,
  kPopDs,
  kPopEs,
  kPopFs,
  kPopGs,
  kPopSs,
  kPopa,
  kPopf,
  kPush,
  kPushCs,
  kPushDs,
  kPushEs,
  kPushFs,
  kPushGs,
  kPushSs,
  kPusha,
  kPushf,
  kRcl,
  kRcr,
  kRdmsr,
  kRdtsc,
  kRet,
  kRetf,
  kRol,
  kRor,
  kSahf,
  kSalc,
  kSar,
  kSbb,
  kScas,
  kSetcc,
  kSgdt,
  kShl,
  kShld,
  kShr,
  kShrd,
  kSidt,
  kSldt,
  kSmsw,
  kStc,
  kStd,
  kSti,
  kStos,
  kStr,
  kSub,
  kTest,
  kUd2,
  kVerr,
  kVerw,
  kWait,
  kWbinvd,
  kWrmsr,
  kXadd,
  kXchg,
  kXlat,
  kXor
};

/// Where an operand is.
enum class OperandPlace : std::uint8_t {
  kNone,
  kRm,           // ModR/M r/m: a register, or memory
  kAddress,      // ModR/M r/m: the address of memory that is not accessed
  kReg,          // ModR/M reg: a general register
  kOpcodeReg,    // the register in the opcode's low three bits
  kSystemReg,    // ModR/M reg: a segment, control, debug or test register
  kAccumulator,  // AL, AX or EAX
  kImmediate,    // in the instruction, branch displacements and far pointers too
  kOffset,       // the memory operand of MOV moffs
};

enum class OperandAccess : std::uint8_t { kRead, kWrite, kReadWrite };

struct Operand {
  OperandPlace place = OperandPlace::kNone;
  OperandAccess access = OperandAccess::kRead;
};

/// Whether executing the instruction may raise an exception. #UD by an encoding and what fetching
/// raises do not count.
enum class Faults : std::uint8_t { kNone, kMemoryOperand, kAlways };

/// How the count of a shift decides which flags change (SDM vol. 2, "Flags Affected").
enum class CountRule : std::uint8_t { kNone, kShift, kRotate, kRotateThroughCarry, kDoubleShift };

struct RowEffects {
  Operation operation = Operation::kNop;
  /// In the manual's order. Whatever is read is read before anything is written. Of what is written
  /// registers beside the operands come first and the first operand comes last (POP ESP, XADD).
  std::array<Operand, 3> operands;
  /// General registers beside the operands and those that form an address, bit n for number n. What
  /// only some of the row's instructions access (ECX of a repeated one, EDX of a word's product)
  /// counts.
  std::uint8_t registers_read = 0;
  std::uint8_t registers_written = 0;
  /// Of EFLAGS, the status flags and DF. Changed: may have another, defined value afterwards;
  /// undefined: of any value afterwards. Counts of shifts take from one and add to the other.
  std::uint32_t flags_read = 0;
  std::uint32_t flags_changed = 0;
  std::uint32_t flags_undefined = 0;
  CountRule count = CountRule::kNone;
  Faults faults = Faults::kNone;
  /// EIP may go elsewhere, or what an engine looks at between instructions may change: modes, IF,
  /// shadows, traps, breakpoints, translations. A repeated string instruction stays where it is.
  bool ends_block = false;
  /// Operands are bytes whatever the operand size.
  bool byte_operands = false;
};

/// As long as opcode_rows(), in its order.
std::span<const RowEffects> row_effects();

}  // namespace strata
