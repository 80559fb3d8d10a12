// The second level of nested paging: the monitor's table from the guest's frames to the machine's,
// with as many levels as the host's own paging has. It is filled when a frame is touched first.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "models/engine/monitor/machine_frames.h"

namespace strata {

class HostTable {
 public:
  /// 2: an i386's, 4-byte entries. 3: PAE. 4: an x86-64's, which Intel's EPT has too. `frames`
  /// outlives the table.
  HostTable(unsigned levels, MachineFrames& frames);

  /// Told of each entry that is read: the machine's frame it is in, and the offset there.
  using Reader = std::function<void(std::uint32_t machine_frame, std::uint32_t offset)>;

  /// The machine's frame of a guest's frame; 0: an entry is missing.
  std::uint32_t find(std::uint32_t guest_frame, const Reader& read) const;

  /// Makes the entries that are missing.
  void map(std::uint32_t guest_frame, std::uint32_t machine_frame);

 private:
  std::uint32_t index(std::uint32_t guest_frame, unsigned level) const;
  std::uint32_t make_table();

  unsigned levels_;
  unsigned index_bits_;
  std::uint32_t entry_bytes_;
  MachineFrames& frames_;
  /// By machine frame; an entry is the next one's, or the page's. 0: missing.
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> tables_;
  std::uint32_t root_;
};

}  // namespace strata
