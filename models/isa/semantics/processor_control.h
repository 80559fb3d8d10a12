// Identification, time stamp, model-specific registers and cache control (SDM vol. 3, 2.8.6 and
// 2.8.7; vol. 2 under each name): CPUID RDTSC RDMSR WRMSR INVD WBINVD.
#pragma once

#include "models/isa/cpuid.h"
#include "models/isa/privilege.h"

namespace strata::semantics {

/// Model-specific registers of the Pentium; all others are #GP(0).
namespace msr {
inline constexpr std::uint32_t kMachineCheckAddress = 0x00;  // no machine check ever: zero
inline constexpr std::uint32_t kMachineCheckType = 0x01;
inline constexpr std::uint32_t kTimeStamp = 0x10;
}  // namespace msr

inline void set_edx_eax(Processor& p, std::uint64_t value) {
  p.gpr[kEax] = static_cast<std::uint32_t>(value);
  p.gpr[kEdx] = static_cast<std::uint32_t>(value >> 32);
}

inline Outcome cpuid(Processor& p, const Instruction&) {
  const CpuidLeaf leaf = strata::cpuid(p.family, p.gpr[kEax]);
  p.gpr[kEax] = leaf.eax;
  p.gpr[kEbx] = leaf.ebx;
  p.gpr[kEcx] = leaf.ecx;
  p.gpr[kEdx] = leaf.edx;
  return Outcome::kDone;
}

/// RDTSC: of level 0 alone while CR4.TSD is set
inline Outcome rdtsc(Processor& p, const Instruction&) {
  if ((p.system.cr4 & cr4::kTsd) != 0 && !require_level0(p)) {
    return Outcome::kFault;
  }
  set_edx_eax(p, p.time_stamp());
  return Outcome::kDone;
}

inline Outcome rdmsr(Processor& p, const Instruction&) {
  if (!require_level0(p)) {
    return Outcome::kFault;
  }
  switch (p.gpr[kEcx]) {
    case msr::kMachineCheckAddress:
    case msr::kMachineCheckType: set_edx_eax(p, 0); return Outcome::kDone;
    case msr::kTimeStamp: set_edx_eax(p, p.time_stamp()); return Outcome::kDone;
    default: return p.raised(vector::kGeneralProtection);
  }
}

inline Outcome wrmsr(Processor& p, const Instruction&) {
  if (!require_level0(p)) {
    return Outcome::kFault;
  }
  switch (p.gpr[kEcx]) {
    case msr::kMachineCheckAddress:
    case msr::kMachineCheckType: return Outcome::kDone;
    case msr::kTimeStamp:
      p.set_time_stamp(std::uint64_t{p.gpr[kEdx]} << 32 | p.gpr[kEax]);
      return Outcome::kDone;
    default: return p.raised(vector::kGeneralProtection);
  }
}

/// INVD and WBINVD: there are no caches to empty
inline Outcome invalidate_caches(Processor& p, const Instruction&) {
  return require_level0(p) ? Outcome::kDone : Outcome::kFault;
}

}  // namespace strata::semantics
