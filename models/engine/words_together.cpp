#include "models/engine/words_together.h"

#include <algorithm>

#include "models/isa/debug_registers.h"
#include "models/isa/privilege.h"
#include "models/isa/semantics/string.h"

namespace strata {
namespace {

constexpr std::uint32_t kWordBytes = sizeof(std::uint16_t);

/// `most`, but no more than end in the page that `linear` is in.
std::uint32_t in_page(std::uint32_t linear, std::uint64_t most) {
  const std::uint32_t room = GuestMemory::kPageMask + 1 - (linear & GuestMemory::kPageMask);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(most, room / kWordBytes));
}

std::uint16_t port_of(const Processor& p) {
  return static_cast<std::uint16_t>(p.gpr[kEdx]);
}

std::uint32_t write_words(Processor& p, const Instruction& instruction, std::uint32_t offset,
                          std::uint64_t most) {
  const std::uint32_t linear = p.system.seg[instruction.segment].base + offset;
  const std::uint8_t* page = p.code_page(linear);
  const std::uint32_t words = in_page(linear, most);
  if (page == nullptr || words == 0) return 0;
  std::uint32_t unused = 0;
  if (!p.readable<std::uint16_t>(instruction.segment, offset + kWordBytes * (words - 1), unused)) {
    return 0;
  }
  const std::uint8_t* first = page + (linear & GuestMemory::kPageMask);
  return p.memory.port_write_block(port_of(p), kWordBytes, first, words);
}

/// Whether an instruction of `length` bytes at EIP may have some in `page`, of host memory.
bool may_hold_code(const Processor& p, const std::uint8_t* page, unsigned length) {
  const std::uint32_t linear = p.system.seg[kCs].base + p.eip;
  for (const std::uint32_t at : {linear, linear + length - 1}) {
    const std::uint8_t* const code = p.code_page(at);
    if (code == nullptr || code == page) return true;
  }
  return false;
}

/// What the words bring must not change how they go on: the instruction, or who may use the port.
std::uint32_t read_words(Processor& p, const Instruction& instruction, std::uint32_t offset,
                         std::uint64_t most) {
  std::uint8_t* const first = p.plain_to_write<std::uint16_t>(kEs, offset);
  const bool by_bitmap = p.protected_mode() && (p.cpl() > iopl(p) || p.flag(eflags::kVm));
  const std::uint32_t linear = p.system.seg[kEs].base + offset;
  const std::uint32_t words = in_page(linear, most);
  if (first == nullptr || by_bitmap || words == 0) return 0;
  if (may_hold_code(p, first - (linear & GuestMemory::kPageMask), instruction.length)) return 0;
  const std::uint32_t before_last = kWordBytes * (words - 1);
  if (p.plain_to_write<std::uint16_t>(kEs, offset + before_last) != first + before_last) return 0;
  return p.memory.port_read_block(port_of(p), kWordBytes, first, words);
}

}  // namespace

std::uint32_t move_words_together(Processor& p, const Instruction& instruction,
                                  std::uint64_t most) {
  constexpr Handler kOutsw = semantics::String<semantics::Outs>::run<std::uint16_t>;
  constexpr Handler kInsw = semantics::String<semantics::Ins>::run<std::uint16_t>;
  const bool reads = instruction.execute == kInsw;
  const bool plain = (reads || instruction.execute == kOutsw) && !p.flag(eflags::kDf) &&
                     !p.flag(eflags::kTf) && !any_breakpoint(p.system) && !p.attention;
  if (!plain) return 0;
  const unsigned index = reads ? kEdi : kEsi;
  const std::uint32_t offset = p.gpr[index] & instruction.address_mask;
  std::uint64_t count = (p.gpr[kEcx] & instruction.address_mask) - 1;
  count = std::min<std::uint64_t>(count, (instruction.address_mask - offset) / kWordBytes);
  count = std::min(count, most);
  const std::uint32_t taken = reads ? read_words(p, instruction, offset, count)
                                    : write_words(p, instruction, offset, count);
  p.set_masked(index, instruction.address_mask, p.gpr[index] + kWordBytes * taken);
  p.set_masked(kEcx, instruction.address_mask, p.gpr[kEcx] - taken);
  return taken;
}

}  // namespace strata
