// A protected-mode guest with paging on: the first 4 MiB are mapped to themselves, writable and for
// users too, until a test changes an entry.
#pragma once

#include "models/isa/mmu.h"
#include "tests/isa/guest_cpu.h"

namespace strata::test {

class PagedGuest : public GuestCpu {
 public:
  static constexpr std::uint32_t kDirectory = 0x20000;
  static constexpr std::uint32_t kTable = 0x21000;
  static constexpr std::uint32_t kAll = pte::kPresent | pte::kWritable | pte::kUser;

  PagedGuest() {
    enter_protected_mode();
    set_memory<std::uint32_t>(kDirectory, kTable | kAll);
    for (std::uint32_t page = 0; page < 1024; ++page) {
      set_entry(page << 12, page << 12 | kAll);
    }
    state.cr0 |= cr0::kPg;
    state.cr3 = kDirectory;
  }

  /// The table entry of `linear` (below 4 MiB).
  void set_entry(std::uint32_t linear, std::uint32_t value) {
    set_memory<std::uint32_t>(kTable + (linear >> 12) * 4, value);
  }
  std::uint32_t entry(std::uint32_t linear) const {
    return memory<std::uint32_t>(kTable + (linear >> 12) * 4);
  }
};

}  // namespace strata::test
