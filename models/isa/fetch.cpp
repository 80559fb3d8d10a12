#include "models/isa/fetch.h"

#include <algorithm>
#include <array>
#include <span>

#include "models/isa/decoder.h"

namespace strata {
namespace {

/// Bytes from `linear` that can be taken together: those of a page of plain memory; a device is
/// asked for one at a time.
unsigned bytes_together(const Processor& p, std::uint32_t linear) {
  if (p.code_page(linear) == nullptr) {
    return 1;
  }
  return GuestMemory::kPageMask + 1 - (linear & GuestMemory::kPageMask);
}

}  // namespace

bool fetch_instruction(Processor& p, Instruction& instruction) {
  const SegmentState& code = p.system.seg[kCs];
  std::array<std::uint8_t, Processor::kMaxLength> bytes{};
  for (unsigned count = 0; count < bytes.size() && p.eip + count <= code.limit;) {
    const std::uint32_t offset = p.eip + count;
    const std::uint32_t linear = code.base + offset;
    std::uint32_t physical = 0;
    if (!p.translate_code(linear, physical)) {
      return false;
    }
    const std::uint32_t inside =
        std::min<std::uint32_t>(code.limit - offset, Processor::kMaxLength);
    const unsigned end = std::min<unsigned>(
        Processor::kMaxLength, count + std::min(bytes_together(p, linear), inside + 1));
    while (count < end) {
      bytes[count++] = p.memory.read<std::uint8_t>(physical++);
    }
    if (decode(std::span(bytes).first(count), p.code_big(), p.family, instruction)) {
      return true;
    }
  }
  return p.raise(vector::kGeneralProtection);
}

}  // namespace strata
