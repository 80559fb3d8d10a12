// Random code for one privilege level: ordinary instructions (random_code.h), and between them what
// system software does, with operands that make sense at that level more often than not.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/lockstep/random_program.h"
#include "tests/lockstep/system/system_segments.h"

namespace strata::test {

/// `level` 0 to 3, or kV86Level; `wide`: 32-bit code.
struct CodeStyle {
  unsigned level = 0;
  bool wide = true;
  std::uint32_t features = 0;
};

/// Appends code until `code` has at least `bytes` bytes.
void append_system_code(Random& random, const CodeStyle& style, std::size_t bytes,
                        std::vector<std::uint8_t>& code);

}  // namespace strata::test
