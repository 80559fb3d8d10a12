// Page tables of a random system program, and how its page-fault handler changes them.
//
// Two page directories share a table for the first 4 MiB, where linear and physical addresses are
// the same but for data pages, and code pages that change places among themselves. The rest of the
// address space is aliases of it: by two further tables without the system's pages, or by 4 MiB
// pages. The tables themselves are in a place of their own that only one table maps, for
// supervisors, so that nothing but the handlers changes them: what a TLB holds is then never out of
// date.
#pragma once

#include <cstdint>
#include <span>

#include "tests/lockstep/random_program.h"

namespace strata::test {

inline constexpr std::uint32_t kPageTables = 0x800000;  // linear and physical
inline constexpr std::uint32_t kPageTablePages = 6;
inline constexpr std::uint32_t kDirectories = 2;  // the first two of the pages

/// Writes all tables; `pages` is the memory at kPageTables.
void write_pages(Random& random, std::uint32_t features, std::span<std::uint8_t> pages);

/// A change of one entry.
struct PageChange {
  std::uint32_t address = 0;  // of the entry
  std::uint32_t value = 0;
  std::uint32_t linear = 0;  // one that it maps
  std::uint32_t flush = 0;   // SYSTEM_FLUSH_...
};

/// A new entry for the page at `linear`, as the handler of its page fault asks for.
PageChange change_page_of(Random& random, std::uint32_t features, std::uint32_t linear);

/// A new entry for any page.
PageChange change_any_page(Random& random, std::uint32_t features);

}  // namespace strata::test
