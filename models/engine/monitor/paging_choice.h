// How a guest's pages are found: what a user chooses, and what its cost is reckoned with.
#pragma once

#include <cstdint>

namespace strata {

enum class PagingKind : std::uint8_t {
  kOwn,     // by the guest's tables, as without a monitor
  kShadow,  // by tables the monitor keeps
  kNested,  // by the guest's tables and a second level
};

struct PagingChoice {
  static constexpr unsigned kLeastLevels = 2;
  static constexpr unsigned kMostLevels = 4;

  PagingKind kind = PagingKind::kOwn;
  unsigned host_levels = kMostLevels;   // of the second level
  unsigned tlb_entries = 64;            // 0: no limit
  std::uint64_t trap_cycles = 1000;     // out of the guest, through the monitor, and back
  std::uint64_t reference_cycles = 10;  // one entry of a table read
};

}  // namespace strata
