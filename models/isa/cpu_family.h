// Which processor the machine has: what CPUID reports, which opcodes raise #UD, which bits of
// EFLAGS, CR0 and CR4 exist. None has an FPU.
#pragma once

#include <cstdint>

namespace strata {

/// The value is the family number CPUID and EDX at reset give (SDM vol. 2, CPUID; vol. 3, 9.1.2).
/// - 386: the 80386 integer ISA, 4 KiB pages; no CPUID.
/// - 486 adds BSWAP XADD CMPXCHG INVD WBINVD INVLPG CPUID, CR0.WP AM NE NW CD, EFLAGS.AC and ID,
///   #AC.
/// - 586 adds RDTSC RDMSR WRMSR CMPXCHG8B CMOVcc, CR4 with TSD DE PSE PGE, 4 MiB and global pages.
enum class CpuFamily : std::uint8_t { k386 = 3, k486 = 4, k586 = 5 };

/// EDX after RESET: family in bits 11:8, then model and stepping.
constexpr std::uint32_t component_identifier(CpuFamily family) {
  switch (family) {
    case CpuFamily::k386: return 0x0303;
    case CpuFamily::k486: return 0x0420;
    case CpuFamily::k586: break;
  }
  return 0x0520;
}

}  // namespace strata
