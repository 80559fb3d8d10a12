#include "platform/last_instruction.h"

#include <array>
#include <span>
#include <string_view>

#include "models/isa/decoder.h"
#include "models/isa/opcode_table.h"
#include "models/isa/processor.h"

namespace strata {

bool is_over_with_access(const CpuState& state, CpuFamily family, const PlainMemory& memory) {
  std::array<std::uint8_t, Processor::kMaxLength> bytes{};
  const std::size_t length =
      read_linear_bytes(memory, state, state.seg[kCs].base + state.eip, bytes);
  const bool code32 = (state.seg[kCs].attributes & attr::kBig) != 0;
  Instruction instruction;
  if (!decode(std::span(bytes).first(length), code32, family, instruction)) return true;
  const bool repeats = instruction.repeat != Repeat::kNone &&
                       std::string_view(opcode_rows()[instruction.row].mnemonic) == "OUTS";
  return !repeats || (state.gpr[kEcx] & instruction.address_mask) == 1;
}

}  // namespace strata
