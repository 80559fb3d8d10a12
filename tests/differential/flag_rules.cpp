#include "tests/differential/flag_rules.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "models/isa/cpu_state.h"
#include "models/isa/opcode_table.h"

namespace strata::test {
namespace {

/// What the count of a shift or rotate adds to a line of the table.
enum class Count : std::uint8_t { kNone, kShift, kRotate, kRotateThroughCarry, kDoubleShift };

/// Flags as letters, in the order of the table: O S Z A P C.
struct FlagRule {
  const char* mnemonic;
  const char* reads;
  const char* changes;
  const char* undefined;
  Count count = Count::kNone;
};

// SDM vol. 1, appendix A, table A-1 (EFLAGS cross-reference), with "Flags Affected" of vol. 2
// where the table is silent: AND OR XOR TEST (AF), MUL IMUL (SF ZF AF PF), DIV IDIV (all), AAA AAS
// (OF SF ZF PF), AAM AAD (OF AF CF), DAA DAS (OF), BSF BSR (all but ZF), BT BTS BTR BTC (all but CF
// and ZF), shifts and rotates by their count (shift_effects() below).
constexpr FlagRule kRules[] = {
    {"AAA", "A", "AC", "OSZP"},
    {"AAD", "", "SZP", "OAC"},
    {"AAM", "", "SZP", "OAC"},
    {"AAS", "A", "AC", "OSZP"},
    {"ADC", "C", "OSZAPC", ""},
    {"ADD", "", "OSZAPC", ""},
    {"AND", "", "OSZPC", "A"},
    {"ARPL", "", "Z", ""},
    {"BOUND", "", "", ""},
    {"BSF", "", "Z", "OSAPC"},
    {"BSR", "", "Z", "OSAPC"},
    {"BSWAP", "", "", ""},
    {"BT", "", "C", "OSAP"},
    {"BTC", "", "C", "OSAP"},
    {"BTR", "", "C", "OSAP"},
    {"BTS", "", "C", "OSAP"},
    {"CALL", "", "", ""},
    {"CALL FAR", "", "", ""},
    {"CBW", "", "", ""},
    {"CLC", "", "C", ""},
    {"CLD", "", "", ""},
    {"CLI", "", "", ""},
    {"CLTS", "", "", ""},
    {"CMC", "C", "C", ""},
    {"CMP", "", "OSZAPC", ""},
    {"CMPS", "", "OSZAPC", ""},
    {"CMPXCHG", "", "OSZAPC", ""},
    {"CMPXCHG8B", "", "Z", ""},
    {"CPUID", "", "", ""},
    {"CWD", "", "", ""},
    {"DAA", "AC", "SZAPC", "O"},
    {"DAS", "AC", "SZAPC", "O"},
    {"DEC", "", "OSZAP", ""},
    {"DIV", "", "", "OSZAPC"},
    {"ENTER", "", "", ""},
    {"ESC", "", "", ""},
    {"HLT", "", "", ""},
    {"IDIV", "", "", "OSZAPC"},
    {"IMUL", "", "OC", "SZAP"},
    {"IN", "", "", ""},
    {"INC", "", "OSZAP", ""},
    {"INS", "", "", ""},
    {"INT", "", "", ""},
    {"INT1", "", "", ""},
    {"INT3", "", "", ""},
    {"INTO", "O", "", ""},
    {"INVD", "", "", ""},
    {"INVLPG", "", "", ""},
    {"IRET", "", "OSZAPC", ""},
    {"JCXZ", "", "", ""},
    {"JMP", "", "", ""},
    {"JMP FAR", "", "", ""},
    {"LAHF", "SZAPC", "", ""},
    {"LAR", "", "Z", ""},
    {"LDS", "", "", ""},
    {"LEA", "", "", ""},
    {"LEAVE", "", "", ""},
    {"LES", "", "", ""},
    {"LFS", "", "", ""},
    {"LGDT", "", "", ""},
    {"LGS", "", "", ""},
    {"LIDT", "", "", ""},
    {"LLDT", "", "", ""},
    {"LMSW", "", "", ""},
    {"LODS", "", "", ""},
    {"LOOP", "", "", ""},
    {"LOOPE", "Z", "", ""},
    {"LOOPNE", "Z", "", ""},
    {"LSL", "", "Z", ""},
    {"LSS", "", "", ""},
    {"LTR", "", "", ""},
    {"MOV", "", "", ""},
    {"MOVS", "", "", ""},
    {"MOVSX", "", "", ""},
    {"MOVZX", "", "", ""},
    {"MUL", "", "OC", "SZAP"},
    {"NEG", "", "OSZAPC", ""},
    {"NOP", "", "", ""},
    {"NOT", "", "", ""},
    {"OR", "", "OSZPC", "A"},
    {"OUT", "", "", ""},
    {"OUTS", "", "", ""},
    {"POP", "", "", ""},
    {"POP DS", "", "", ""},
    {"POP ES", "", "", ""},
    {"POP FS", "", "", ""},
    {"POP GS", "", "", ""},
    {"POP SS", "", "", ""},
    {"POPA", "", "", ""},
    {"POPF", "", "OSZAPC", ""},
    {"PUSH", "", "", ""},
    {"PUSH CS", "", "", ""},
    {"PUSH DS", "", "", ""},
    {"PUSH ES", "", "", ""},
    {"PUSH FS", "", "", ""},
    {"PUSH GS", "", "", ""},
    {"PUSH SS", "", "", ""},
    {"PUSHA", "", "", ""},
    {"PUSHF", "OSZAPC", "", ""},
    {"RCL", "C", "OC", "", Count::kRotateThroughCarry},
    {"RCR", "C", "OC", "", Count::kRotateThroughCarry},
    {"RDMSR", "", "", ""},
    {"RDTSC", "", "", ""},
    {"RET", "", "", ""},
    {"RETF", "", "", ""},
    {"ROL", "", "OC", "", Count::kRotate},
    {"ROR", "", "OC", "", Count::kRotate},
    {"SAHF", "", "SZAPC", ""},
    {"SAR", "", "OSZPC", "A", Count::kShift},
    {"SALC", "C", "", ""},
    {"SBB", "C", "OSZAPC", ""},
    {"SCAS", "", "OSZAPC", ""},
    {"SGDT", "", "", ""},
    {"SHL", "", "OSZPC", "A", Count::kShift},
    {"SHLD", "", "OSZPC", "A", Count::kDoubleShift},
    {"SHR", "", "OSZPC", "A", Count::kShift},
    {"SHRD", "", "OSZPC", "A", Count::kDoubleShift},
    {"SIDT", "", "", ""},
    {"SLDT", "", "", ""},
    {"SMSW", "", "", ""},
    {"STC", "", "C", ""},
    {"STD", "", "", ""},
    {"STI", "", "", ""},
    {"STOS", "", "", ""},
    {"STR", "", "", ""},
    {"SUB", "", "OSZAPC", ""},
    {"TEST", "", "OSZPC", "A"},
    {"UD2", "", "", ""},
    {"VERR", "", "Z", ""},
    {"VERW", "", "Z", ""},
    {"WAIT", "", "", ""},
    {"WBINVD", "", "", ""},
    {"WRMSR", "", "", ""},
    {"XADD", "", "OSZAPC", ""},
    {"XCHG", "", "", ""},
    {"XLAT", "", "", ""},
    {"XOR", "", "OSZPC", "A"},
};

std::uint32_t mask_of(const char* letters) {
  std::uint32_t mask = 0;
  for (; *letters != '\0'; ++letters) {
    switch (*letters) {
      case 'O': mask |= eflags::kOf; break;
      case 'S': mask |= eflags::kSf; break;
      case 'Z': mask |= eflags::kZf; break;
      case 'A': mask |= eflags::kAf; break;
      case 'P': mask |= eflags::kPf; break;
      default: mask |= eflags::kCf; break;
    }
  }
  return mask;
}

/// SDM vol. 1, appendix B (EFLAGS condition codes): the flags condition `code` is made of.
std::uint32_t condition_reads(unsigned code) {
  static constexpr const char* kReads[8] = {"O", "C", "Z", "CZ", "S", "P", "SO", "SOZ"};
  return mask_of(kReads[(code & 15) / 2]);
}

/// Jcc, SETcc and CMOVcc: no line each, the condition is in the opcode. JMP and JCXZ have lines.
bool is_conditional(std::string_view mnemonic) {
  return mnemonic.starts_with("J") || mnemonic.starts_with("SET") || mnemonic.starts_with("CMOV");
}

struct RowRule {
  FlagEffects effects;
  Count count = Count::kNone;
  bool byte_operand = false;
  bool count_one = false;        // D0, D1
  bool count_immediate = false;  // else CL
  bool compares_strings = false;
  bool swaps_bytes = false;
  bool known = false;
};

RowRule make_rule(const OpcodeRow& row) {
  const std::string_view mnemonic = row.mnemonic;
  RowRule rule;
  for (const FlagRule& line : kRules) {
    if (mnemonic == line.mnemonic) {
      rule.effects = {mask_of(line.reads), mask_of(line.changes), mask_of(line.undefined)};
      rule.count = line.count;
      rule.known = true;
    }
  }
  if (!rule.known && is_conditional(mnemonic)) {
    rule.effects.reads = condition_reads(row.opcode);
    rule.known = true;
  }
  const bool one_byte = row.map == OpcodeMap::kOneByte;
  rule.byte_operand = one_byte && (row.opcode & 1) == 0;
  rule.count_one = one_byte && (row.opcode & 0xFE) == 0xD0;
  rule.count_immediate = traits_of(row.form).immediate == ImmediateKind::kByte;
  rule.compares_strings = mnemonic == "CMPS" || mnemonic == "SCAS";
  rule.swaps_bytes = mnemonic == "BSWAP";
  return rule;
}

const std::vector<RowRule>& row_rules() {
  static const std::vector<RowRule> rules = [] {
    std::vector<RowRule> made;
    for (const OpcodeRow& row : opcode_rows()) {
      made.push_back(make_rule(row));
    }
    return made;
  }();
  return rules;
}

/// SDM vol. 2, SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD, "Flags Affected": a masked count of
/// zero affects no flag; OF is defined for one-bit shifts and rotates only; CF of SHL and SHR is
/// undefined for counts of the operand size and more; a double shift by more than the operand size
/// leaves the destination and all flags undefined.
void shift_effects(FlagEffects& effects, Count kind, unsigned count, unsigned bits, bool is_sar) {
  if (count == 0) {
    effects.changes = effects.undefined = 0;
    effects.reads = 0;
    return;
  }
  if (count != 1) {
    effects.undefined |= eflags::kOf;
  }
  if (kind == Count::kShift && !is_sar && count >= bits) {
    effects.undefined |= eflags::kCf;
  }
  if (kind == Count::kDoubleShift && count > bits) {
    effects.undefined |= eflags::kStatus;
    effects.undefined_result = true;
  }
  // A turn by all bits and the carry is none: CF goes on being undefined if it was.
  if (kind == Count::kRotateThroughCarry && count % (bits + 1) == 0) {
    effects.changes &= ~eflags::kCf;
  }
  effects.changes &= ~effects.undefined;
}

}  // namespace

FlagEffects flag_effects(const Instruction& instruction, std::uint32_t ecx) {
  if (instruction.row == kUndefinedRow) {
    return {};
  }
  const RowRule& rule = row_rules()[instruction.row];
  FlagEffects effects = rule.effects;
  if (rule.count != Count::kNone) {
    const unsigned bits = rule.byte_operand && rule.count != Count::kDoubleShift ? 8
                          : instruction.operand32                                ? 32
                                                                                 : 16;
    const std::uint32_t count = rule.count_one         ? 1
                                : rule.count_immediate ? instruction.immediate
                                                       : ecx;
    const bool is_sar = instruction.reg == 7;
    shift_effects(effects, rule.count, count & 31, bits, is_sar);
  }
  if (rule.compares_strings && instruction.repeat != Repeat::kNone &&
      (ecx & instruction.address_mask) == 0) {
    return {};
  }
  // SDM vol. 2, BSWAP: with a 16-bit operand the result is undefined.
  effects.undefined_result |= rule.swaps_bytes && !instruction.operand32;
  return effects;
}

std::uint32_t flags_read_by_row(std::size_t row) {
  return row_rules()[row].effects.reads;
}

std::vector<std::string> mnemonics_without_flag_rule() {
  std::vector<std::string> missing;
  for (std::size_t n = 0; n < opcode_rows().size(); ++n) {
    const std::string mnemonic = opcode_rows()[n].mnemonic;
    if (!row_rules()[n].known &&
        std::find(missing.begin(), missing.end(), mnemonic) == missing.end()) {
      missing.push_back(mnemonic);
    }
  }
  return missing;
}

}  // namespace strata::test
