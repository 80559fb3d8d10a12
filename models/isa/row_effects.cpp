#include "models/isa/row_effects.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "models/isa/cpu_state.h"

namespace strata {
namespace {

using Op = Operation;

constexpr Faults kNever = Faults::kNone;
constexpr Faults kOperand = Faults::kMemoryOperand;
constexpr Faults kAlways = Faults::kAlways;
constexpr bool kGoesOn = false;
constexpr bool kEnds = true;

/// All rows of one mnemonic. Operands as letters in the manual's order: s read, w written, x both.
/// Registers by their letter: A C D B, s p i j for ESP EBP ESI EDI. Flags: O S Z A P C D.
struct Line {
  Operation operation;
  std::string_view mnemonic;
  std::string_view operands;
  std::string_view registers_read;
  std::string_view registers_written;
  std::string_view flags_read;
  std::string_view flags_changed;
  std::string_view flags_undefined;
  Faults faults;
  bool ends_block = kGoesOn;
  CountRule count = CountRule::kNone;
};

// Flags: SDM vol. 1, appendix A, table A-1, with "Flags Affected" of vol. 2 where the table is
// silent: AND OR XOR TEST (AF), MUL IMUL (SF ZF AF PF), DIV IDIV (all), AAA AAS (OF SF ZF PF), AAM
// AAD (OF AF CF), DAA DAS (OF), BSF BSR (all but ZF), BT BTS BTR BTC (all but CF and ZF). What may
// or may not be written (CMOVcc, BSF, LAR) is read too: it may stay.
// clang-format off
constexpr Line kLines[] = {
    {Op::kAaa, "AAA", "", "A", "A", "A", "AC", "OSZP", kOperand},
    {Op::kAad, "AAD", "s", "A", "A", "", "SZP", "OAC", kOperand},
    {Op::kAam, "AAM", "s", "A", "A", "", "SZP", "OAC", kAlways},
    {Op::kAas, "AAS", "", "A", "A", "A", "AC", "OSZP", kOperand},
    {Op::kAdc, "ADC", "x s", "", "", "C", "OSZAPC", "", kOperand},
    {Op::kAdd, "ADD", "x s", "", "", "", "OSZAPC", "", kOperand},
    {Op::kAnd, "AND", "x s", "", "", "", "OSZPC", "A", kOperand},
    {Op::kArpl, "ARPL", "x s", "", "", "", "Z", "", kAlways},
    {Op::kBound, "BOUND", "s s", "", "", "", "", "", kAlways},
    {Op::kBsf, "BSF", "x s", "", "", "", "Z", "OSAPC", kOperand},
    {Op::kBsr, "BSR", "x s", "", "", "", "Z", "OSAPC", kOperand},
    {Op::kBswap, "BSWAP", "x", "", "", "", "", "", kNever},
    {Op::kBt, "BT", "s s", "", "", "", "C", "OSAP", kOperand},
    {Op::kBtc, "BTC", "x s", "", "", "", "C", "OSAP", kOperand},
    {Op::kBtr, "BTR", "x s", "", "", "", "C", "OSAP", kOperand},
    {Op::kBts, "BTS", "x s", "", "", "", "C", "OSAP", kOperand},
    {Op::kCall, "CALL", "s", "s", "s", "", "", "", kAlways, kEnds},
    {Op::kCallFar, "CALL FAR", "s", "s", "s", "", "", "", kAlways, kEnds},
    {Op::kCbw, "CBW", "", "A", "A", "", "", "", kOperand},
    {Op::kClc, "CLC", "", "", "", "", "C", "", kOperand},
    {Op::kCld, "CLD", "", "", "", "", "D", "", kOperand},
    {Op::kCli, "CLI", "", "", "", "", "", "", kAlways},
    {Op::kClts, "CLTS", "", "", "", "", "", "", kAlways, kEnds},
    {Op::kCmc, "CMC", "", "", "", "C", "C", "", kOperand},
    {Op::kCmovcc, "CMOVcc", "x s", "", "", "", "", "", kOperand},
    {Op::kCmp, "CMP", "s s", "", "", "", "OSZAPC", "", kOperand},
    {Op::kCmps, "CMPS", "", "Cij", "Cij", "D", "OSZAPC", "", kAlways, kEnds},
    {Op::kCmpxchg, "CMPXCHG", "x s", "A", "A", "", "OSZAPC", "", kOperand},
    {Op::kCmpxchg8b, "CMPXCHG8B", "x", "ACDB", "AD", "", "Z", "", kOperand},
    {Op::kCpuid, "CPUID", "", "A", "ACDB", "", "", "", kOperand},
    {Op::kCwd, "CWD", "", "A", "D", "", "", "", kOperand},
    {Op::kDaa, "DAA", "", "A", "A", "AC", "SZAPC", "O", kOperand},
    {Op::kDas, "DAS", "", "A", "A", "AC", "SZAPC", "O", kOperand},
    {Op::kDec, "DEC", "x", "", "", "", "OSZAP", "", kOperand},
    {Op::kDiv, "DIV", "s", "AD", "AD", "", "", "OSZAPC", kAlways},
    {Op::kEnter, "ENTER", "s s", "sp", "sp", "", "", "", kAlways},
    {Op::kEsc, "ESC", "x", "", "", "", "", "", kAlways},
    {Op::kHlt, "HLT", "", "", "", "", "", "", kAlways, kEnds},
    {Op::kIdiv, "IDIV", "s", "AD", "AD", "", "", "OSZAPC", kAlways},
    {Op::kImul, "IMUL", "x s", "A", "AD", "", "OC", "SZAP", kOperand},
    {Op::kIn, "IN", "w s", "", "", "", "", "", kAlways},
    {Op::kInc, "INC", "x", "", "", "", "OSZAP", "", kOperand},
    {Op::kIns, "INS", "", "CDj", "Cj", "D", "", "", kAlways, kEnds},
    {Op::kInt, "INT", "s", "s", "s", "OSZAPCD", "", "", kAlways, kEnds},
    {Op::kInt1, "INT1", "", "", "", "", "", "", kOperand, kEnds},
    {Op::kInt3, "INT3", "", "s", "s", "OSZAPCD", "", "", kAlways, kEnds},
    {Op::kInto, "INTO", "", "s", "s", "OSZAPCD", "", "", kAlways, kEnds},
    {Op::kInvd, "INVD", "", "", "", "", "", "", kAlways},
    {Op::kInvlpg, "INVLPG", "s", "", "", "", "", "", kAlways, kEnds},
    {Op::kIret, "IRET", "", "s", "s", "", "OSZAPCD", "", kAlways, kEnds},
    {Op::kJcc, "Jcc", "s", "", "", "", "", "", kAlways, kEnds},
    {Op::kJcxz, "JCXZ", "", "C", "", "", "", "", kAlways, kEnds},
    {Op::kJmp, "JMP", "s", "", "", "", "", "", kAlways, kEnds},
    {Op::kJmpFar, "JMP FAR", "s", "", "", "", "", "", kAlways, kEnds},
    {Op::kLahf, "LAHF", "", "", "A", "SZAPC", "", "", kOperand},
    {Op::kLar, "LAR", "x s", "", "", "", "Z", "", kAlways},
    {Op::kLds, "LDS", "w s", "", "", "", "", "", kAlways},
    {Op::kLea, "LEA", "w s", "", "", "", "", "", kNever},
    {Op::kLeave, "LEAVE", "", "p", "sp", "", "", "", kAlways},
    {Op::kLes, "LES", "w s", "", "", "", "", "", kAlways},
    {Op::kLfs, "LFS", "w s", "", "", "", "", "", kAlways},
    {Op::kLgdt, "LGDT", "s", "", "", "", "", "", kAlways},
    {Op::kLgs, "LGS", "w s", "", "", "", "", "", kAlways},
    {Op::kLidt, "LIDT", "s", "", "", "", "", "", kAlways},
    {Op::kLldt, "LLDT", "s", "", "", "", "", "", kAlways},
    {Op::kLmsw, "LMSW", "s", "", "", "", "", "", kAlways, kEnds},
    {Op::kLods, "LODS", "", "Ci", "ACi", "D", "", "", kAlways, kEnds},
    {Op::kLoop, "LOOP", "", "C", "C", "", "", "", kAlways, kEnds},
    {Op::kLoope, "LOOPE", "", "C", "C", "Z", "", "", kAlways, kEnds},
    {Op::kLoopne, "LOOPNE", "", "C", "C", "Z", "", "", kAlways, kEnds},
    {Op::kLsl, "LSL", "x s", "", "", "", "Z", "", kAlways},
    {Op::kLss, "LSS", "w s", "", "", "", "", "", kAlways},
    {Op::kLtr, "LTR", "s", "", "", "", "", "", kAlways},
    {Op::kMov, "MOV", "w s", "", "", "", "", "", kOperand},
    {Op::kMovs, "MOVS", "", "Cij", "Cij", "D", "", "", kAlways, kEnds},
    {Op::kMovsx, "MOVSX", "w s", "", "", "", "", "", kOperand},
    {Op::kMovzx, "MOVZX", "w s", "", "", "", "", "", kOperand},
    {Op::kMul, "MUL", "s", "A", "AD", "", "OC", "SZAP", kOperand},
    {Op::kNeg, "NEG", "x", "", "", "", "OSZAPC", "", kOperand},
    {Op::kNop, "NOP", "", "", "", "", "", "", kOperand},
    {Op::kNot, "NOT", "x", "", "", "", "", "", kOperand},
    {Op::kOr, "OR", "x s", "", "", "", "OSZPC", "A", kOperand},
    {Op::kOut, "OUT", "s s", "", "", "", "", "", kAlways},
    {Op::kOuts, "OUTS", "", "CDi", "Ci", "D", "", "", kAlways, kEnds},
    {Op::kPop, "POP", "w", "s", "s", "", "", "", kAlways},
    {Op::kPopDs, "POP DS", "", "s", "s", "", "", "", kAlways},
    {Op::kPopEs, "POP ES", "", "s", "s", "", "", "", kAlways},
    {Op::kPopFs, "POP FS", "", "s", "s", "", "", "", kAlways},
    {Op::kPopGs, "POP GS", "", "s", "s", "", "", "", kAlways},
    {Op::kPopSs, "POP SS", "", "s", "s", "", "", "", kAlways, kEnds},
    {Op::kPopa, "POPA", "", "s", "ACDBspij", "", "", "", kAlways},
    {Op::kPopf, "POPF", "", "s", "s", "", "OSZAPCD", "", kAlways, kEnds},
    {Op::kPush, "PUSH", "s", "s", "s", "", "", "", kAlways},
    {Op::kPushCs, "PUSH CS", "", "s", "s", "", "", "", kAlways},
    {Op::kPushDs, "PUSH DS", "", "s", "s", "", "", "", kAlways},
    {Op::kPushEs, "PUSH ES", "", "s", "s", "", "", "", kAlways},
    {Op::kPushFs, "PUSH FS", "", "s", "s", "", "", "", kAlways},
    {Op::kPushGs, "PUSH GS", "", "s", "s", "", "", "", kAlways},
    {Op::kPushSs, "PUSH SS", "", "s", "s", "", "", "", kAlways},
    {Op::kPusha, "PUSHA", "", "ACDBspij", "s", "", "", "", kAlways},
    {Op::kPushf, "PUSHF", "", "s", "s", "OSZAPCD", "", "", kAlways},
    {Op::kRcl, "RCL", "x s", "", "", "C", "OC", "", kOperand, kGoesOn, CountRule::kRotateThroughCarry},
    {Op::kRcr, "RCR", "x s", "", "", "C", "OC", "", kOperand, kGoesOn, CountRule::kRotateThroughCarry},
    {Op::kRdmsr, "RDMSR", "", "C", "AD", "", "", "", kAlways},
    {Op::kRdtsc, "RDTSC", "", "", "AD", "", "", "", kAlways},
    {Op::kRet, "RET", "s", "s", "s", "", "", "", kAlways, kEnds},
    {Op::kRetf, "RETF", "s", "s", "s", "", "", "", kAlways, kEnds},
    {Op::kRol, "ROL", "x s", "", "", "", "OC", "", kOperand, kGoesOn, CountRule::kRotate},
    {Op::kRor, "ROR", "x s", "", "", "", "OC", "", kOperand, kGoesOn, CountRule::kRotate},
    {Op::kSahf, "SAHF", "", "A", "", "", "SZAPC", "", kOperand},
    {Op::kSalc, "SALC", "", "", "A", "C", "", "", kOperand},
    {Op::kSar, "SAR", "x s", "", "", "", "OSZPC", "A", kOperand, kGoesOn, CountRule::kShift},
    {Op::kSbb, "SBB", "x s", "", "", "C", "OSZAPC", "", kOperand},
    {Op::kScas, "SCAS", "", "ACj", "Cj", "D", "OSZAPC", "", kAlways, kEnds},
    {Op::kSetcc, "SETcc", "w", "", "", "", "", "", kOperand},
    {Op::kSgdt, "SGDT", "w", "", "", "", "", "", kOperand},
    {Op::kShl, "SHL", "x s", "", "", "", "OSZPC", "A", kOperand, kGoesOn, CountRule::kShift},
    {Op::kShld, "SHLD", "x s s", "", "", "", "OSZPC", "A", kOperand, kGoesOn, CountRule::kDoubleShift},
    {Op::kShr, "SHR", "x s", "", "", "", "OSZPC", "A", kOperand, kGoesOn, CountRule::kShift},
    {Op::kShrd, "SHRD", "x s s", "", "", "", "OSZPC", "A", kOperand, kGoesOn, CountRule::kDoubleShift},
    {Op::kSidt, "SIDT", "w", "", "", "", "", "", kOperand},
    {Op::kSldt, "SLDT", "w", "", "", "", "", "", kAlways},
    {Op::kSmsw, "SMSW", "w", "", "", "", "", "", kOperand},
    {Op::kStc, "STC", "", "", "", "", "C", "", kOperand},
    {Op::kStd, "STD", "", "", "", "", "D", "", kOperand},
    {Op::kSti, "STI", "", "", "", "", "", "", kAlways, kEnds},
    {Op::kStos, "STOS", "", "ACj", "Cj", "D", "", "", kAlways, kEnds},
    {Op::kStr, "STR", "w", "", "", "", "", "", kAlways},
    {Op::kSub, "SUB", "x s", "", "", "", "OSZAPC", "", kOperand},
    {Op::kTest, "TEST", "s s", "", "", "", "OSZPC", "A", kOperand},
    {Op::kUd2, "UD2", "", "", "", "", "", "", kAlways, kEnds},
    {Op::kVerr, "VERR", "s", "", "", "", "Z", "", kAlways},
    {Op::kVerw, "VERW", "s", "", "", "", "Z", "", kAlways},
    {Op::kWait, "WAIT", "", "", "", "", "", "", kAlways},
    {Op::kWbinvd, "WBINVD", "", "", "", "", "", "", kAlways},
    {Op::kWrmsr, "WRMSR", "", "ACD", "", "", "", "", kAlways},
    {Op::kXadd, "XADD", "x x", "", "", "", "OSZAPC", "", kOperand},
    {Op::kXchg, "XCHG", "x x", "", "", "", "", "", kOperand},
    {Op::kXlat, "XLAT", "", "AB", "A", "", "", "", kAlways},
    {Op::kXor, "XOR", "x s", "", "", "", "OSZPC", "A", kOperand},
};
// clang-format on

std::uint32_t flags_of(std::string_view letters) {
  constexpr std::string_view kLetters = "OSZAPCD";
  constexpr std::uint32_t kFlags[] = {eflags::kOf, eflags::kSf, eflags::kZf, eflags::kAf,
                                      eflags::kPf, eflags::kCf, eflags::kDf};
  std::uint32_t mask = 0;
  for (const char letter : letters) mask |= kFlags[kLetters.find(letter)];
  return mask;
}

std::uint8_t registers_of(std::string_view letters) {
  constexpr std::string_view kLetters = "ACDBspij";
  unsigned mask = 0;
  for (const char letter : letters) mask |= 1u << kLetters.find(letter);
  return static_cast<std::uint8_t>(mask);
}

bool is_one_byte(const OpcodeRow& row) {
  return row.map == OpcodeMap::kOneByte;
}

/// Jcc, SETcc and CMOVcc: the conditional rows have a line together.
Operation conditional(const OpcodeRow& row) {
  const unsigned opcode = row.opcode & 0xF0;
  if (is_one_byte(row) || opcode == 0x80) return Op::kJcc;
  return opcode == 0x90 ? Op::kSetcc : Op::kCmovcc;
}

const Line& line_of(const OpcodeRow& row) {
  const auto named = std::find_if(std::begin(kLines), std::end(kLines),
                                  [&](const Line& line) { return line.mnemonic == row.mnemonic; });
  if (named != std::end(kLines)) return *named;
  return *std::find_if(std::begin(kLines), std::end(kLines),
                       [&](const Line& line) { return line.operation == conditional(row); });
}

/// SDM vol. 1, appendix B: the flags condition `code` is made of.
std::uint32_t condition_reads(unsigned code) {
  constexpr std::string_view kReads[] = {"O", "C", "Z", "CZ", "S", "P", "SO", "SOZ"};
  return flags_of(kReads[(code & 15) / 2]);
}

/// Of forms with both ModR/M operands: whether reg is the first.
bool reg_is_first(const OpcodeRow& row, Operation operation) {
  if (row.form == Form::kGM || row.form == Form::kEGIz) return true;
  if (row.form == Form::kEGIb) return is_one_byte(row);
  if (is_one_byte(row)) {
    const bool has_direction = row.opcode < 0x40 || (row.opcode >= 0x88 && row.opcode < 0x90);
    return has_direction && (row.opcode & 2) != 0;
  }
  constexpr Operation kToReg[] = {Op::kLar, Op::kLsl, Op::kCmovcc, Op::kImul,
                                  Op::kBsf, Op::kBsr, Op::kMovzx,  Op::kMovsx};
  return std::find(std::begin(kToReg), std::end(kToReg), operation) != std::end(kToReg);
}

using Places = std::array<OperandPlace, 3>;

Places modrm_places(const OpcodeRow& row, Operation operation) {
  using enum OperandPlace;
  const bool system = row.form == Form::kRS || (operation == Op::kMov && is_one_byte(row) &&
                                                (row.opcode == 0x8C || row.opcode == 0x8E));
  const OperandPlace reg = system ? kSystemReg : kReg;
  if (operation == Op::kLea) return {kReg, kAddress};
  if (operation == Op::kInvlpg) return {kAddress};
  switch (row.form) {
    case Form::kE:
    case Form::kM: return {kRm};
    case Form::kEIb:
    case Form::kEIz: return {kRm, kImmediate};
    case Form::kRS: return (row.opcode & 2) != 0 ? Places{reg, kRm} : Places{kRm, reg};
    default: break;
  }
  const bool immediate = traits_of(row.form).immediate != ImmediateKind::kNone;
  const OperandPlace last = immediate ? kImmediate : kNone;
  return reg_is_first(row, operation) ? Places{reg, kRm, last} : Places{kRm, reg, last};
}

Places places_of(const OpcodeRow& row, const Line& line) {
  using enum OperandPlace;
  const bool two = line.operands.size() > 1;
  switch (row.form) {
    case Form::kNone: return line.operands.empty() ? Places{} : Places{kAccumulator};
    case Form::kZ: return two ? Places{kOpcodeReg, kAccumulator} : Places{kOpcodeReg};
    case Form::kZIb:
    case Form::kZIz: return {kOpcodeReg, kImmediate};
    case Form::kO:
      return (row.opcode & 2) != 0 ? Places{kOffset, kAccumulator} : Places{kAccumulator, kOffset};
    case Form::kIb:
    case Form::kIz:
      if (line.operation == Op::kOut) return {kImmediate, kAccumulator};
      return two ? Places{kAccumulator, kImmediate} : Places{kImmediate};
    case Form::kIw:
    case Form::kJb:
    case Form::kJz:
    case Form::kA: return {kImmediate};
    case Form::kIwIb: return {kImmediate, kImmediate};
    default: return modrm_places(row, line.operation);
  }
}

/// What the mnemonic alone does not say: the forms of IMUL, ports in DX, counts in CL.
void refine(const OpcodeRow& row, RowEffects& effects, std::string_view& operands) {
  if (effects.operation == Op::kImul && row.form != Form::kE) {
    effects.registers_read = effects.registers_written = 0;
    if (row.form != Form::kEG) operands = "w s s";
  } else if (effects.operation == Op::kImul) {
    operands = "s";
  }
  if (row.form == Form::kNone && effects.operation == Op::kIn) {
    operands = "w";
    effects.registers_read = registers_of("D");
  } else if (row.form == Form::kNone && effects.operation == Op::kOut) {
    operands = "s";
    effects.registers_read = registers_of("D");
  } else if (effects.operation == Op::kRet && row.form == Form::kNone) {
    operands = "";
  } else if (effects.operation == Op::kRetf && row.form == Form::kNone) {
    operands = "";
  }
  const bool by_cl = effects.count == CountRule::kDoubleShift ? row.form == Form::kEG
                                                              : (row.opcode & 0xFE) == 0xD2;
  if (effects.count != CountRule::kNone) {
    if (by_cl) effects.registers_read |= registers_of("C");
    if (row.form == Form::kE) operands = "x";
    if (row.form == Form::kEG) operands = "x s";
  }
  // MUL and DIV of bytes are in AX alone.
  const bool wide = effects.operation == Op::kMul || effects.operation == Op::kDiv ||
                    effects.operation == Op::kIdiv ||
                    (effects.operation == Op::kImul && row.form == Form::kE);
  if (wide && effects.byte_operands) {
    effects.registers_read &= static_cast<std::uint8_t>(~registers_of("D"));
    effects.registers_written &= static_cast<std::uint8_t>(~registers_of("D"));
  }
}

bool ends_block(const OpcodeRow& row, const Line& line) {
  if (line.operation != Op::kMov) return line.ends_block;
  // To SS, which shadows interrupts; to control and debug registers.
  return row.form == Form::kRS ? row.opcode == 0x22 || row.opcode == 0x23
                               : is_one_byte(row) && row.opcode == 0x8E;
}

Faults faults_of(const OpcodeRow& row, const Line& line) {
  const FormTraits traits = traits_of(row.form);
  if (line.operation == Op::kMov &&
      (row.form == Form::kRS || row.form == Form::kO || (is_one_byte(row) && row.opcode == 0x8E))) {
    return kAlways;
  }
  const bool memory = traits.modrm && !traits.register_only;
  return line.faults == kOperand && !memory ? kNever : line.faults;
}

/// Byte rows have the same handlers whatever the operand size; so have those whose one handler
/// needs no size, which are odd or have other operands.
bool has_byte_operands(const OpcodeRow& row) {
  const auto& handlers = row.handlers.by_size_and_memory;
  const bool sizeless = handlers[0][0] == handlers[1][0];
  const bool by_memory = handlers[0][0] != handlers[0][1];
  return sizeless && (traits_of(row.form).modrm ? by_memory : (row.opcode & 1) == 0);
}

RowEffects make(const OpcodeRow& row) {
  const Line& line = line_of(row);
  RowEffects effects;
  effects.operation = line.operation;
  effects.registers_read = registers_of(line.registers_read);
  effects.registers_written = registers_of(line.registers_written);
  effects.flags_read = flags_of(line.flags_read);
  effects.flags_changed = flags_of(line.flags_changed);
  effects.flags_undefined = flags_of(line.flags_undefined);
  effects.count = line.count;
  effects.faults = faults_of(row, line);
  effects.ends_block = ends_block(row, line);
  effects.byte_operands = has_byte_operands(row);
  const bool conditional_row =
      line.operation == Op::kJcc || line.operation == Op::kSetcc || line.operation == Op::kCmovcc;
  if (conditional_row) effects.flags_read = condition_reads(row.opcode);
  std::string_view operands = line.operands;
  refine(row, effects, operands);
  const Places places = places_of(row, line);
  for (std::size_t n = 0; n * 2 < operands.size(); ++n) {
    const char role = operands[n * 2];
    effects.operands[n] = {places[n], role == 's'   ? OperandAccess::kRead
                                      : role == 'w' ? OperandAccess::kWrite
                                                    : OperandAccess::kReadWrite};
  }
  return effects;
}

}  // namespace

std::span<const RowEffects> row_effects() {
  static const std::vector<RowEffects> effects = [] {
    std::vector<RowEffects> made;
    for (const OpcodeRow& row : opcode_rows()) made.push_back(make(row));
    return made;
  }();
  return effects;
}

}  // namespace strata
