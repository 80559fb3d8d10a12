#include "models/engine/monitor/host_table.h"

#include <cassert>

namespace strata {
namespace {

constexpr unsigned kTwoLevels = 2;
constexpr unsigned kFrameBits = 20;  // of a guest's address
constexpr unsigned kWideIndexBits = 10;
constexpr unsigned kIndexBits = 9;

}  // namespace

HostTable::HostTable(unsigned levels, MachineFrames& frames)
    : levels_(levels),
      index_bits_(levels == kTwoLevels ? kWideIndexBits : kIndexBits),
      entry_bytes_(levels == kTwoLevels ? 4 : 8),
      frames_(frames),
      root_(make_table()) {
  assert(levels_ * index_bits_ >= kFrameBits);
}

std::uint32_t HostTable::make_table() {
  const std::uint32_t frame = frames_.take_table();
  tables_[frame].resize(std::size_t{1} << index_bits_);
  return frame;
}

/// Level 0 is the last. What a guest's address does not reach is zero.
std::uint32_t HostTable::index(std::uint32_t guest_frame, unsigned level) const {
  const unsigned shift = level * index_bits_;
  return shift >= kFrameBits ? 0 : (guest_frame >> shift) & ((1u << index_bits_) - 1);
}

std::uint32_t HostTable::find(std::uint32_t guest_frame, const Reader& read) const {
  std::uint32_t frame = root_;
  for (unsigned level = levels_; level-- != 0 && frame != 0;) {
    const std::uint32_t at = index(guest_frame, level);
    read(frame, at * entry_bytes_);
    frame = tables_.at(frame)[at];
  }
  return frame;
}

void HostTable::map(std::uint32_t guest_frame, std::uint32_t machine_frame) {
  std::uint32_t table = root_;
  for (unsigned level = levels_ - 1; level != 0; --level) {
    const std::uint32_t at = index(guest_frame, level);
    if (tables_[table][at] == 0) {
      const std::uint32_t made = make_table();
      tables_[table][at] = made;
    }
    table = tables_[table][at];
  }
  tables_[table][index(guest_frame, 0)] = machine_frame;
}

}  // namespace strata
