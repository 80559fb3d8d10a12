#include "models/isa/disassemble.h"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "models/isa/cpu_state.h"
#include "models/isa/decoder.h"
#include "models/isa/opcode_table.h"
#include "models/isa/semantics/system.h"

namespace strata {
namespace {

constexpr char kBad[] = "(bad)";
constexpr char kUnknownEscape[] = "esc";

bool is_repeat_prefix(std::uint8_t byte) {
  return byte == 0xF2 || byte == 0xF3;
}

bool is_one_of(std::string_view mnemonic, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, mnemonic) != names.end();
}

/// Those REP belongs to (SDM vol. 2, REP).
bool is_string(std::string_view mnemonic) {
  return is_one_of(mnemonic, {"INS", "OUTS", "MOVS", "CMPS", "STOS", "LODS", "SCAS"});
}

/// Those with an operand at DS:(E)SI or DS:(E)BX that is not written down.
bool has_hidden_source(std::string_view mnemonic) {
  return is_one_of(mnemonic, {"OUTS", "MOVS", "CMPS", "LODS", "XLAT"});
}

/// Without the REP prefixes, where they mean something to later processors only.
std::vector<std::uint8_t> without_repeat(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> kept;
  std::size_t at = 0;
  for (; at < bytes.size() && is_prefix(bytes[at]); ++at) {
    if (!is_repeat_prefix(bytes[at])) kept.push_back(bytes[at]);
  }
  kept.insert(kept.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
  return kept;
}

ZydisDecoder make_decoder(bool big) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, big ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16,
                   big ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16);
  for (const ZydisDecoderMode later :
       {ZYDIS_DECODER_MODE_MPX, ZYDIS_DECODER_MODE_CET, ZYDIS_DECODER_MODE_LZCNT,
        ZYDIS_DECODER_MODE_TZCNT, ZYDIS_DECODER_MODE_WBNOINVD, ZYDIS_DECODER_MODE_CLDEMOTE}) {
    ZydisDecoderEnableMode(&decoder, later, ZYAN_FALSE);
  }
  return decoder;
}

/// Whether the 80387 has it by this name (387 manual, chapter 4): not what came later, nor what
/// Zydis calls undocumented encodings and those the 80387 ignores.
bool is_of_387(const ZydisDecodedInstruction& instruction) {
  switch (instruction.mnemonic) {
    case ZYDIS_MNEMONIC_FFREEP:
    case ZYDIS_MNEMONIC_FSTPNCE:
    case ZYDIS_MNEMONIC_FDISI8087_NOP:
    case ZYDIS_MNEMONIC_FENI8087_NOP:
    case ZYDIS_MNEMONIC_FSETPM287_NOP: return false;
    default: return instruction.meta.isa_set == ZYDIS_ISA_SET_X87;
  }
}

/// Shows the address that is not made of registers with the digits of its size: that of operands
/// for a branch (SDM vol. 2, CALL: "OperandSize"), that of addresses for memory. Zydis takes the
/// digits of the code segment, and cuts the rest off.
void set_address_digits(ZydisFormatter& formatter, const ZydisDecodedInstruction& instruction) {
  const bool branch = (instruction.attributes & ZYDIS_ATTRIB_IS_RELATIVE) != 0;
  const unsigned bits = branch ? instruction.operand_width : instruction.address_width;
  ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE, bits / 4);
}

/// Zydis' text; nothing where it knows no such instruction.
std::optional<std::string> format(std::span<const std::uint8_t> bytes, bool big, std::uint32_t eip,
                                  bool escape) {
  const ZydisDecoder decoder = make_decoder(big);
  ZydisFormatter formatter;
  ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
  ZydisDecodedInstruction instruction;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes.data(), bytes.size(), &instruction,
                                           operands.data()))) {
    return std::nullopt;
  }
  if (escape && !is_of_387(instruction)) return kUnknownEscape;
  set_address_digits(formatter, instruction);
  std::array<char, 128> text;
  if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &instruction, operands.data(),
                                                    instruction.operand_count_visible, text.data(),
                                                    text.size(), eip, nullptr))) {
    return std::nullopt;
  }
  return text.data();
}

/// CR4 came with the Pentium (SDM vol. 3, 2.5).
bool has_control_register(unsigned number, CpuFamily family) {
  return number != 4 || family >= CpuFamily::k586;
}

/// TR6 and TR7 of the 386, TR3 to TR7 of the 486 (their manuals, "Test registers").
bool has_test_register(unsigned number, CpuFamily family) {
  return (family == CpuFamily::k386 && number >= 6) || (family == CpuFamily::k486 && number >= 3);
}

/// MOV to or from a test register, which Zydis does not know.
std::string move_test_register(const Instruction& decoded, bool to) {
  static constexpr std::array<const char*, 8> kNames = {"eax", "ecx", "edx", "ebx",
                                                        "esp", "ebp", "esi", "edi"};
  const std::string general = kNames[decoded.rm];
  const std::string test = "tr" + std::to_string(decoded.reg);
  return "mov " + (to ? test + ", " + general : general + ", " + test);
}

/// Names the segment of an operand that is not written down: "rep es movsb".
void show_segment(std::string& text, std::uint8_t segment) {
  static constexpr std::array<const char*, 6> kNames = {"es ", "cs ", "ss ", "ds ", "fs ", "gs "};
  if (segment == kDs) return;
  const std::size_t mnemonic = text.find_last_of(' ');
  text.insert(mnemonic == std::string::npos ? 0 : mnemonic + 1, kNames[segment]);
}

/// MOV to or from CRn and TRn where the answer is not Zydis': a register the processor lacks, and
/// test registers.
std::optional<std::string> special_register(const OpcodeRow& row, const Instruction& decoded,
                                            CpuFamily family) {
  if (row.map != OpcodeMap::kTwoByte || row.form != Form::kRS) return std::nullopt;
  const bool test = row.opcode >= 0x24;
  const bool control = row.opcode == 0x20 || row.opcode == 0x22;
  if ((test && !has_test_register(decoded.reg, family)) ||
      (control && !has_control_register(decoded.reg, family))) {
    return kBad;
  }
  if (test) return move_test_register(decoded, row.opcode == 0x26);
  return std::nullopt;
}

}  // namespace

std::string disassemble(std::span<const std::uint8_t> bytes, bool big, std::uint32_t eip,
                        CpuFamily family) {
  Instruction decoded;
  if (!decode(bytes, big, family, decoded) || decoded.row == kUndefinedRow) return kBad;
  const OpcodeRow& row = opcode_rows()[decoded.row];
  const std::string_view mnemonic = row.mnemonic;
  // UD2 is an instruction that is an invalid opcode; all others are only the latter.
  if (decoded.execute == semantics::undefined_opcode && mnemonic != "UD2") return kBad;
  if (auto text = special_register(row, decoded, family)) return *text;

  std::vector<std::uint8_t> shown(bytes.begin(), bytes.begin() + decoded.length);
  if (!is_string(mnemonic)) shown = without_repeat(shown);
  const bool escape = mnemonic == "ESC";
  // A branch is relative to its own end.
  const auto shorter = static_cast<std::uint32_t>(decoded.length - shown.size());
  auto text = format(shown, big, eip + shorter, escape);
  if (!text) return escape ? kUnknownEscape : kBad;
  if (has_hidden_source(mnemonic)) show_segment(*text, decoded.segment);
  return *text;
}

}  // namespace strata
