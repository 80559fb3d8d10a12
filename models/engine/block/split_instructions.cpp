#include "models/engine/block/split_instructions.h"

#include <cstring>
#include <span>

#include "models/isa/decoder.h"

namespace strata {

const Instruction* SplitInstructions::find(const Processor& p) {
  constexpr std::uint32_t kPageBytes = GuestMemory::kPageMask + 1;
  const SegmentState& code = p.system.seg[kCs];
  const std::uint32_t linear = code.base + p.eip;
  const std::uint32_t at = linear & GuestMemory::kPageMask;
  const std::uint32_t in_first = kPageBytes - at;
  if (in_first >= Processor::kMaxLength || p.eip > code.limit ||
      code.limit - p.eip < Processor::kMaxLength) {
    return nullptr;
  }
  const std::uint8_t* first = p.code_page(linear);
  const std::uint8_t* second = p.code_page(linear + in_first);
  if (first == nullptr || second == nullptr) return nullptr;
  Bytes bytes;
  std::memcpy(bytes.data(), first + at, in_first);
  std::memcpy(bytes.data() + in_first, second, bytes.size() - in_first);
  Entry& entry = entries_[(linear / kPageBytes) % kEntries];
  const bool known = entry.instruction.length != 0 && entry.big == p.code_big();
  if (!known || entry.bytes != bytes) {
    entry = {bytes, p.code_big(), {}};
    const std::span<const std::uint8_t> code_bytes(bytes.data(), Processor::kMaxLength);
    if (!decode(code_bytes, entry.big, p.family, entry.instruction)) entry.instruction.length = 0;
  }
  return entry.instruction.length > in_first ? &entry.instruction : nullptr;
}

}  // namespace strata
