// Page tables for random programs: the first four megabytes are mapped to themselves or to other
// plain memory, with random access rights; what handlers need is always there. The code segment is
// mapped twice, the second time at kCodeAlias.
#pragma once

#include <cstdint>
#include <span>

#include "tests/lockstep/random_program.h"

namespace strata::test {

/// The page directory and its one table; nothing maps them, so programs do not change them.
inline constexpr std::uint32_t kPageDirectory = kTableBase + 0x1000;
inline constexpr std::uint32_t kPageTablePages = 2;

/// Writes them into the program's memory and turns paging on in `initial`.
void add_random_pages(Random& random, std::span<std::uint8_t> memory, CpuFamily family,
                      CpuState& initial);

}  // namespace strata::test
