#include "models/isa/disassemble_host.h"

#include <Zydis/Zydis.h>

namespace strata {

std::string disassemble_host(std::span<const std::uint8_t> bytes, std::uint64_t address,
                             unsigned& length) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  ZydisFormatter formatter;
  ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
  ZydisDecodedInstruction instruction;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  length = 1;
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeFull(&decoder, bytes.data(), bytes.size(), &instruction, operands))) {
    return "(bad)";
  }
  length = instruction.length;
  char text[160];
  ZydisFormatterFormatInstruction(&formatter, &instruction, operands,
                                  instruction.operand_count_visible, text, sizeof(text), address,
                                  nullptr);
  return text;
}

}  // namespace strata
