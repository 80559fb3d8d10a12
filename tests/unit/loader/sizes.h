#pragma once

#include <cstdint>

namespace strata::test {

inline constexpr std::uint64_t kMiB = 1 << 20;

}  // namespace strata::test
