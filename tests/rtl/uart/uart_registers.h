// Offsets of the 16550's registers (PC16550D data sheet, table II).
#pragma once

#include <cstdint>

namespace strata::test {

inline constexpr std::uint32_t kRbr = 0;
inline constexpr std::uint32_t kThr = 0;
inline constexpr std::uint32_t kDll = 0;
inline constexpr std::uint32_t kIer = 1;
inline constexpr std::uint32_t kDlm = 1;
inline constexpr std::uint32_t kIir = 2;
inline constexpr std::uint32_t kFcr = 2;
inline constexpr std::uint32_t kLcr = 3;
inline constexpr std::uint32_t kMcr = 4;
inline constexpr std::uint32_t kLsr = 5;
inline constexpr std::uint32_t kMsr = 6;
inline constexpr std::uint32_t kScr = 7;

}  // namespace strata::test
