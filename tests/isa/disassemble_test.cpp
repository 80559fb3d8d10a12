#include "models/isa/disassemble.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "models/isa/decoder.h"
#include "models/isa/opcode_table.h"

namespace strata {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Names = std::set<std::string>;

constexpr CpuFamily kFamilies[] = {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586};

struct Case {
  Bytes bytes;
  const char* text;
};

void expect_texts(const std::vector<Case>& cases, CpuFamily family) {
  for (const Case& c : cases) EXPECT_EQ(disassemble(c.bytes, true, 0x100, family), c.text);
}

TEST(Disassemble, PrintsLaterInstructions) {
  expect_texts({{{0x0F, 0xC9}, "bswap ecx"},
                {{0xF0, 0x0F, 0xC1, 0x0B}, "lock xadd [ebx], ecx"},
                {{0x0F, 0xB1, 0x0B}, "cmpxchg [ebx], ecx"},
                {{0x0F, 0xC7, 0x0B}, "cmpxchg8b [ebx]"},
                {{0x0F, 0x4D, 0xC1}, "cmovnl eax, ecx"},
                {{0x0F, 0x08}, "invd"},
                {{0x0F, 0x09}, "wbinvd"},
                {{0x0F, 0x01, 0x3B}, "invlpg [ebx]"},
                {{0x0F, 0xA2}, "cpuid"},
                {{0x0F, 0x31}, "rdtsc"},
                {{0x0F, 0x32}, "rdmsr"},
                {{0x0F, 0x30}, "wrmsr"},
                {{0x0F, 0x0B}, "ud2"},
                {{0xD6}, "salc"},
                {{0xF1}, "int1"},
                {{0xC8, 0x10, 0x00, 0x02}, "enter 0x10, 0x02"},
                {{0x62, 0x0B}, "bound ecx, qword ptr [ebx]"},
                {{0xD9, 0x3B}, "fnstcw [ebx]"}},
               CpuFamily::k586);
}

// What each processor brought is in its manual's list of new instructions (486 manual, 26.1;
// Pentium manual vol. 3, 23.1).
TEST(Disassemble, KnowsOnlyWhatTheProcessorHas) {
  const std::vector<Bytes> new_in_486 = {
      {0x0F, 0xC9}, {0x0F, 0xB1, 0x0B}, {0x0F, 0x08}, {0x0F, 0xA2}, {0x0F, 0x26, 0xD8}};
  const std::vector<Bytes> new_in_586 = {{0x0F, 0x31}, {0x0F, 0xC7, 0x0B}, {0x0F, 0x20, 0xE0}};
  for (const Bytes& bytes : new_in_486) {
    EXPECT_EQ(disassemble(bytes, true, 0, CpuFamily::k386), "(bad)");
    EXPECT_NE(disassemble(bytes, true, 0, CpuFamily::k486), "(bad)");
  }
  for (const Bytes& bytes : new_in_586) {
    EXPECT_EQ(disassemble(bytes, true, 0, CpuFamily::k486), "(bad)");
    EXPECT_NE(disassemble(bytes, true, 0, CpuFamily::k586), "(bad)");
  }
}

// REP before anything but a string instruction does nothing here; later processors gave some of
// these encodings a meaning.
TEST(Disassemble, PrefixesMeanWhatTheyMeantThen) {
  for (const CpuFamily family : kFamilies) {
    expect_texts({{{0xF3, 0x0F, 0xBC, 0xC1}, "bsf eax, ecx"},         // TZCNT
                  {{0xF3, 0x0F, 0xBD, 0xC1}, "bsr eax, ecx"},         // LZCNT
                  {{0xF3, 0x90}, "nop"},                              // PAUSE
                  {{0xF2, 0xE8, 1, 0, 0, 0}, "call 0x00000107"},      // BND
                  {{0xF2, 0xF3, 0x74, 0x10}, "jz 0x00000114"},        // BND
                  {{0xF2, 0xF0, 0x01, 0x03}, "lock add [ebx], eax"},  // XACQUIRE
                  {{0xF3, 0x88, 0x03}, "mov [ebx], al"},              // XRELEASE
                  {{0x3E, 0xFF, 0xE0}, "jmp eax"},                    // NOTRACK
                  {{0x2E, 0x74, 0x10}, "jz 0x00000113"},              // branch not taken
                  {{0xDB, 0xE8}, "esc"},                              // FUCOMI
                  {{0xDB, 0x0B}, "esc"}},                             // FISTTP
                 family);
  }
  EXPECT_EQ(disassemble(Bytes{0xF3, 0x0F, 0x09}, true, 0, CpuFamily::k486), "wbinvd");  // WBNOINVD
}

// SDM vol. 2, CALL: "IF OperandSize = 32 THEN EIP := tempEIP", else its upper half is cleared; JMP,
// Jcc and LOOP likewise. An address that is a displacement has the size of addresses (2.1.5).
TEST(Disassemble, AddressesHaveTheSizeOfTheInstruction) {
  struct SizedCase {
    Bytes bytes;
    bool big;
    const char* text;
  };
  const SizedCase cases[] = {
      {{0xE8, 0x00, 0x01}, false, "call 0x00FB"},
      {{0x66, 0xE8, 0x00, 0x00, 0x02, 0x00}, false, "call 0x0002FFFE"},
      {{0x66, 0xE9, 0x00, 0x00, 0x02, 0x00}, false, "jmp 0x0002FFFE"},
      {{0x66, 0x0F, 0x84, 0x00, 0x00, 0x02, 0x00}, false, "jz 0x0002FFFF"},
      {{0xEB, 0x10}, false, "jmp 0x000A"},
      {{0x66, 0xEB, 0x10}, false, "jmp 0x0001000B"},
      {{0x66, 0xE2, 0x10}, false, "loop 0x0001000B"},
      {{0xA1, 0x34, 0x12}, false, "mov ax, [0x1234]"},
      {{0x67, 0x8B, 0x05, 0x00, 0x00, 0x02, 0x00}, false, "mov ax, [0x00020000]"},
      {{0xE8, 0x00, 0x00, 0x02, 0x00}, true, "call 0x0002FFFD"},
      {{0x66, 0xE8, 0x00, 0x01}, true, "call 0x00FC"},
      {{0x67, 0xE2, 0x10}, true, "loop 0x0001000B"},
      {{0xA1, 0x34, 0x12, 0x00, 0x00}, true, "mov eax, [0x00001234]"},
      {{0x67, 0xA1, 0x34, 0x12}, true, "mov eax, [0x1234]"}};
  constexpr std::uint32_t kEip = 0xFFF8;
  for (const SizedCase& c : cases) {
    EXPECT_EQ(disassemble(c.bytes, c.big, kEip, CpuFamily::k386), c.text);
  }
}

TEST(Disassemble, HiddenSegmentsAreShown) {
  expect_texts({{{0x2E, 0xA4}, "cs movsb"},
                {{0xF3, 0x26, 0xA5}, "rep es movsd"},
                {{0x36, 0xF3, 0xA6}, "repe ss cmpsb"},
                {{0x64, 0xAC}, "fs lodsb"},
                {{0x65, 0x6F}, "gs outsd"},
                {{0x26, 0xD7}, "es xlat"},
                {{0xA4}, "movsb"},
                {{0x3E, 0xA4}, "movsb"},  // as without
                {{0x26, 0x3E, 0xA4}, "movsb"},
                {{0x2E, 0xAA}, "stosb"},  // ES:EDI whatever the prefix (SDM vol. 2, STOS)
                {{0x2E, 0xAE}, "scasb"},
                {{0x2E, 0x6C}, "insb"}},
               CpuFamily::k386);
}

/// What a row's mnemonic is called in text, where that is not the same word: by operand size.
Names names_of(const OpcodeRow& row) {
  static const std::map<std::string, Names> kOthers = {
      {"INS", {"insb", "insw", "insd"}},
      {"OUTS", {"outsb", "outsw", "outsd"}},
      {"MOVS", {"movsb", "movsw", "movsd"}},
      {"CMPS", {"cmpsb", "cmpsw", "cmpsd"}},
      {"STOS", {"stosb", "stosw", "stosd"}},
      {"LODS", {"lodsb", "lodsw", "lodsd"}},
      {"SCAS", {"scasb", "scasw", "scasd"}},
      {"PUSHA", {"pusha", "pushad"}},
      {"POPA", {"popa", "popad"}},
      {"PUSHF", {"pushf", "pushfd"}},
      {"POPF", {"popf", "popfd"}},
      {"IRET", {"iret", "iretd"}},
      {"CBW", {"cbw", "cwde"}},
      {"CWD", {"cwd", "cdq"}},
      {"JCXZ", {"jcxz", "jecxz"}},
      {"XCHG", {"xchg", "nop"}},
      {"RETF", {"ret"}},
      {"WAIT", {"fwait"}},
  };
  const std::string name = row.mnemonic;
  if (const auto found = kOthers.find(name); found != kOthers.end()) return found->second;
  std::string word = name.substr(0, name.find(' '));
  for (char& letter : word) letter = static_cast<char>(std::tolower(letter));
  return {word};
}

/// The 80387's instructions (387 manual, chapter 4), as Zydis writes them: without their WAIT.
const Names& coprocessor_names() {
  static const Names kNames = {
      "f2xm1",   "fabs",   "fadd",   "faddp",   "fbld",    "fbstp",  "fchs",   "fnclex",  "fcom",
      "fcomp",   "fcompp", "fcos",   "fdecstp", "fdiv",    "fdivp",  "fdivr",  "fdivrp",  "ffree",
      "fiadd",   "ficom",  "ficomp", "fidiv",   "fidivr",  "fild",   "fimul",  "fincstp", "fninit",
      "fist",    "fistp",  "fisub",  "fisubr",  "fld",     "fld1",   "fldcw",  "fldenv",  "fldl2e",
      "fldl2t",  "fldlg2", "fldln2", "fldpi",   "fldz",    "fmul",   "fmulp",  "fnop",    "fpatan",
      "fprem",   "fprem1", "fptan",  "frndint", "frstor",  "fnsave", "fscale", "fsin",    "fsincos",
      "fsqrt",   "fst",    "fnstcw", "fnstenv", "fstp",    "fnstsw", "fsub",   "fsubp",   "fsubr",
      "fsubrp",  "ftst",   "fucom",  "fucomp",  "fucompp", "fxam",   "fxch",   "fxtract", "fyl2x",
      "fyl2xp1", "esc"};
  return kNames;
}

/// Prefixes that may stand before a mnemonic in text, with the instructions they belong to.
bool may_precede(const std::string& prefix, const std::string& mnemonic) {
  static const Names kRepeated = {"INS", "OUTS", "MOVS", "CMPS", "STOS", "LODS", "SCAS"};
  static const Names kSources = {"OUTS", "MOVS", "CMPS", "LODS", "XLAT"};
  if (prefix == "rep" || prefix == "repe" || prefix == "repne") return kRepeated.contains(mnemonic);
  if (prefix == "lock") return true;
  static const Names kSegments = {"es", "cs", "ss", "fs", "gs"};
  return kSegments.contains(prefix) && kSources.contains(mnemonic);
}

/// What in `text` is not of the row's instruction, whose names are given; empty if nothing is.
std::string stranger_in(const std::string& text, const OpcodeRow& row, const Names& names) {
  std::istringstream words(text);
  std::string word;
  while (words >> word && may_precede(word, row.mnemonic)) {
  }
  return names.contains(word) ? "" : word;
}

/// Registers that are not there read "(bad)" although their opcode is: CR1, CR4 before the Pentium,
/// TR0, the sixth segment register.
bool may_lack_register(const OpcodeRow& row) {
  const bool segment = row.map == OpcodeMap::kOneByte && (row.opcode == 0x8C || row.opcode == 0x8E);
  return row.form == Form::kRS || segment;
}

/// Everything that can stand before an opcode and change what it is called: every prefix, and pairs
/// of those that have chosen between instructions since.
std::vector<Bytes> prefix_lists() {
  std::vector<Bytes> lists = {{}};
  for (const std::uint8_t one :
       Bytes{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3}) {
    lists.push_back({one});
  }
  const Bytes choosing = {0x2E, 0x66, 0xF0, 0xF2, 0xF3};
  for (const std::uint8_t first : choosing) {
    for (const std::uint8_t second : choosing) lists.push_back({first, second});
  }
  return lists;
}

class EveryRow {
 public:
  void check() {
    for (const OpcodeRow& row : opcode_rows()) {
      const unsigned opcodes = traits_of(row.form).register_in_opcode ? 8 : 1;
      names_ = std::string(row.mnemonic) == "ESC" ? coprocessor_names() : names_of(row);
      for (unsigned n = 0; n < opcodes; ++n) check(row, static_cast<std::uint8_t>(row.opcode + n));
    }
    EXPECT_EQ(strangers_, std::set<std::string>());
    // More than 400 rows, three processors, two code sizes, 37 prefix lists, several ModR/M bytes.
    EXPECT_GT(shown_, 400'000u);
  }

 private:
  void check(const OpcodeRow& row, std::uint8_t opcode) {
    for (unsigned modrm = 0; modrm < 256; ++modrm) {
      const unsigned reg = modrm >> 3 & 7;
      const bool has_modrm = traits_of(row.form).modrm;
      if (!has_modrm && modrm != 0) break;
      if (has_modrm && row.group >= 0 && reg != static_cast<unsigned>(row.group)) continue;
      // Of the eight registers and the eight ways to name memory, two each; a coprocessor's
      // instruction is chosen by all of ModR/M.
      const bool escape = row.mnemonic == std::string("ESC");
      if (!escape && (modrm & 7) > 1) continue;
      Bytes tail;
      if (row.map == OpcodeMap::kTwoByte) tail.push_back(0x0F);
      tail.push_back(opcode);
      if (has_modrm) tail.push_back(static_cast<std::uint8_t>(modrm));
      tail.insert(tail.end(), 8, 0x12);  // SIB, displacement, immediate
      for (const Bytes& prefixes : prefix_lists_) check(row, prefixes, tail);
    }
  }

  void check(const OpcodeRow& row, Bytes bytes, const Bytes& tail) {
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    for (const CpuFamily family : kFamilies) {
      for (const bool big : {false, true}) {
        const std::string text = disassemble(bytes, big, 0, family);
        Instruction decoded;
        const bool ours = decode(bytes, big, family, decoded) && decoded.row != kUndefinedRow &&
                          &opcode_rows()[decoded.row] == &row;
        if (text == "(bad)") {
          if (ours && !refuses(decoded, row)) strangers_.insert(row.mnemonic + std::string(" bad"));
          continue;
        }
        ++shown_;
        const std::string stranger = ours ? stranger_in(text, row, names_) : text;
        if (!stranger.empty()) strangers_.insert(row.mnemonic + (" as " + text));
      }
    }
  }

  /// Whether the instruction raises #UD whatever the processor's state.
  static bool refuses(const Instruction& decoded, const OpcodeRow& row) {
    static const Handler kUndefined = undefined_handler();
    return decoded.execute == kUndefined || may_lack_register(row);
  }

  static Handler undefined_handler() {
    Instruction decoded;
    decode(Bytes{0x0F, 0xFF}, true, CpuFamily::k386, decoded);
    return decoded.execute;
  }

  const std::vector<Bytes> prefix_lists_ = prefix_lists();
  Names names_;  // of the row that is looked at
  std::set<std::string> strangers_;
  std::uint64_t shown_ = 0;
};

TEST(Disassemble, EveryRowUnderEveryPrefixIsOfItsProcessor) {
  EveryRow().check();
}

}  // namespace
}  // namespace strata
