// The one opcode table: every instruction of the 80386 integer ISA and of its successors up to the
// Pentium on a line of its own, with encoding, mnemonic, operand form, handler, whether LOCK is
// allowed and the first processor that has it. Decoder, interpreter and tests read it.
#pragma once

#include <cstdint>
#include <span>

#include "models/isa/cpu_family.h"
#include "models/isa/instruction.h"

namespace strata {

/// Opcode maps (SDM vol. 2, tables ).
enum class OpcodeMap : std::uint8_t { kOneByte, kTwoByte };

/// Immediate bytes after ModR/M, SIB and displacement.
enum class ImmediateKind : std::uint8_t {
  kNone,
  kByte,     // sign-extended
  kWord,     // always 16 bits
  kFull,     // 16 or 32 bits by operand size
  kFar,      // offset by operand size, then a 16-bit selector
  kAddress,  // an offset by address size: the memory operand of MOV moffs
  kEnter,    // a word and a byte
};

/// Operand forms, named as in SDM vol. 2, A.2: E is ModR/M r/m, G ModR/M reg, M memory only, I an
/// immediate, J a branch displacement, Z the register in the opcode's low three bits, S a segment
/// register, C/D/T control/debug/test registers, R a register in r/m whatever mod says, O a memory
/// offset, A a far pointer; b is a byte, w a word, v by operand size, z an immediate by operand
/// size.
enum class Form : std::uint8_t {
  kNone,
  kE,    // one ModR/M operand
  kEG,   // both, either order
  kEIb,  // r/m and byte immediate (sign-extended for v forms)
  kEIz,
  kEGIb,
  kEGIz,
  kM,
  kGM,
  kRS,  // register number in reg, general register in r/m
  kZ,
  kZIb,
  kZIz,
  kIb,
  kIw,
  kIz,
  kIwIb,
  kJb,
  kJz,
  kA,
  kO,
};

/// Handlers by [operand size is 32][ModR/M names memory].
struct Handlers {
  Handler by_size_and_memory[2][2];
};

enum class Lock : std::uint8_t { kNo, kYes };

/// For OpcodeRow::group: the opcode is not a group, ModR/M reg is an operand.
inline constexpr std::int8_t kAnyReg = -1;
/// For Instruction::row: no row of the table.
inline constexpr std::uint16_t kUndefinedRow = 0xFFFF;

struct OpcodeRow {
  OpcodeMap map;
  std::uint8_t opcode;  // forms with Z stand for eight opcodes from here on
  std::int8_t group;    // ModR/M reg field that selects this row, or kAnyReg
  const char* mnemonic;
  Form form;
  Handlers handlers;
  Lock lock;
  CpuFamily since = CpuFamily::k386;  // undefined on older ones
};

struct FormTraits {
  bool modrm;
  bool memory_only;
  bool register_only;       // r/m is a register whatever mod says
  bool register_in_opcode;  // eight opcodes
  ImmediateKind immediate;
};

FormTraits traits_of(Form form);

/// All rows, in the order of the manual's opcode maps.
std::span<const OpcodeRow> opcode_rows();

/// Index of the row for an opcode and a ModR/M reg field, or kUndefinedRow where `family` has none.
std::uint16_t find_opcode(OpcodeMap map, std::uint8_t opcode, unsigned reg, CpuFamily family);

/// Whether the opcode has a ModR/M byte; undefined opcodes have none.
bool opcode_has_modrm(OpcodeMap map, std::uint8_t opcode, CpuFamily family);

}  // namespace strata
