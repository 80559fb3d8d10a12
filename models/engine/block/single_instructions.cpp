#include "models/engine/block/single_instructions.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "models/isa/decoder.h"

namespace strata {

/// False if there is a page among them that cannot be read at once.
bool SingleInstructions::read(const Processor& p, std::uint32_t linear, Bytes& bytes) {
  const std::uint32_t at = linear & GuestMemory::kPageMask;
  const std::size_t in_first = std::min<std::size_t>(bytes.size(), GuestMemory::kPageMask + 1 - at);
  const std::uint8_t* first = p.code_page(linear);
  if (first == nullptr) return false;
  std::memcpy(bytes.data(), first + at, in_first);
  if (in_first == bytes.size()) return true;
  const std::uint8_t* second = p.code_page(linear + static_cast<std::uint32_t>(in_first));
  if (second == nullptr) return false;
  std::memcpy(bytes.data() + in_first, second, bytes.size() - in_first);
  return true;
}

const Instruction* SingleInstructions::find(const Processor& p) {
  const SegmentState& code = p.system.seg[kCs];
  const std::uint32_t linear = code.base + p.eip;
  Bytes bytes;
  const bool inside = p.eip <= code.limit && code.limit - p.eip >= Processor::kMaxLength;
  if (!inside || !read(p, linear, bytes)) return nullptr;
  Entry& entry = entries_[linear % kEntries];
  const bool known = entry.instruction.length != 0 && entry.big == p.code_big();
  if (!known || entry.bytes != bytes) {
    entry = {bytes, p.code_big(), {}};
    const std::span<const std::uint8_t> of_one(bytes.data(), Processor::kMaxLength);
    if (!decode(of_one, entry.big, p.family, entry.instruction)) entry.instruction.length = 0;
  }
  return entry.instruction.length != 0 ? &entry.instruction : nullptr;
}

}  // namespace strata
