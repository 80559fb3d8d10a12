#include "models/engine/words_together.h"

#include <algorithm>

#include "models/isa/debug_registers.h"
#include "models/isa/semantics/string.h"

namespace strata {

std::uint32_t write_words_together(Processor& p, const Instruction& instruction,
                                   std::uint64_t most) {
  constexpr std::uint32_t kBytes = sizeof(std::uint16_t);
  constexpr Handler kOutsw = semantics::String<semantics::Outs>::run<std::uint16_t>;
  const bool plain = instruction.execute == kOutsw && !p.flag(eflags::kDf) &&
                     !p.flag(eflags::kTf) && !any_breakpoint(p.system) && !p.attention;
  if (!plain) return 0;
  const std::uint32_t offset = p.gpr[kEsi] & instruction.address_mask;
  const std::uint32_t linear = p.system.seg[instruction.segment].base + offset;
  const std::uint8_t* page = p.code_page(linear);
  if (page == nullptr) return 0;
  const std::uint32_t at = linear & GuestMemory::kPageMask;
  std::uint64_t count = (p.gpr[kEcx] & instruction.address_mask) - 1;
  count = std::min<std::uint64_t>(count, (GuestMemory::kPageMask + 1 - at) / kBytes);
  count = std::min<std::uint64_t>(count, (instruction.address_mask - offset) / kBytes);
  count = std::min(count, most);
  std::uint32_t unused = 0;
  const auto words = static_cast<std::uint32_t>(count);
  if (words == 0) return 0;
  if (!p.readable<std::uint16_t>(instruction.segment, offset + kBytes * (words - 1), unused)) {
    return 0;
  }
  const std::uint32_t taken =
      p.memory.port_write_block(static_cast<std::uint16_t>(p.gpr[kEdx]), kBytes, page + at, words);
  p.set_masked(kEsi, instruction.address_mask, p.gpr[kEsi] + kBytes * taken);
  p.set_masked(kEcx, instruction.address_mask, p.gpr[kEcx] - taken);
  return taken;
}

}  // namespace strata
