// Random instructions of the 386's integer set, as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/lockstep/random_program.h"

namespace strata::test {

/// Appends instructions until `code` has at least `bytes` bytes, for code that runs with 32-bit
/// operands and addresses (or 16-bit ones). If `linear` says where the first byte of `code` will
/// be, some change the code around them: through data segments with base 0, or with 16-bit
/// addresses through a CS whose base is that of its 64 KiB.
void append_random_code(Random& random, bool wide, std::size_t bytes,
                        std::vector<std::uint8_t>& code,
                        std::optional<std::uint32_t> linear = std::nullopt);

}  // namespace strata::test
