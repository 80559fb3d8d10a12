// Random instructions of the 386's integer set, as bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/lockstep/random_program.h"

namespace strata::test {

/// Appends instructions until `code` has at least `bytes` bytes, for code that runs with 32-bit
/// operands and addresses (or 16-bit ones).
void append_random_code(Random& random, bool wide, std::size_t bytes,
                        std::vector<std::uint8_t>& code);

}  // namespace strata::test
