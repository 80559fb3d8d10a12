// What CPUID answers (SDM vol. 2, CPUID): the same in every engine.
#pragma once

#include <cstdint>

#include "models/isa/cpu_family.h"

namespace strata {

/// CPUID.1:EDX (SDM vol. 2, table 3-11).
namespace feature {
inline constexpr std::uint32_t kFpu = 1u << 0;
inline constexpr std::uint32_t kDe = 1u << 2;
inline constexpr std::uint32_t kPse = 1u << 3;
inline constexpr std::uint32_t kTsc = 1u << 4;
inline constexpr std::uint32_t kMsr = 1u << 5;
inline constexpr std::uint32_t kCx8 = 1u << 8;
inline constexpr std::uint32_t kPge = 1u << 13;
inline constexpr std::uint32_t kCmov = 1u << 15;
}  // namespace feature

struct CpuidLeaf {
  std::uint32_t eax = 0;
  std::uint32_t ebx = 0;
  std::uint32_t ecx = 0;
  std::uint32_t edx = 0;
  bool operator==(const CpuidLeaf&) const = default;
};

/// Highest leaf there is. "If a value entered for CPUID.EAX is higher than the maximum input value
/// [...] the data for the highest basic information leaf is returned" (SDM vol. 2, CPUID).
inline constexpr std::uint32_t kHighestCpuidLeaf = 1;

/// The registers after CPUID with `leaf` in EAX. A 386 has no CPUID.
CpuidLeaf cpuid(CpuFamily family, std::uint32_t leaf);

}  // namespace strata
