// What the CPU's cycles went to: the stage its oldest instruction was in, or what that stage
// waited for. Each cycle has one cause (rtl/cpu/cpu_cycle_cause.sv).
#pragma once

#include <array>
#include <cstdint>

namespace strata {

/// In the order of cycle_cause_e in rtl/cpu/cpu_pkg.sv.
enum class CycleCause : std::uint8_t {
  kExecute,    // an instruction is carried out
  kFetch,      // no bytes to decode
  kDecode,     // prefixes, and filling the pipeline
  kAddress,    // waiting for a register, and filling the pipeline
  kMemory,     // waiting for data, and filling the pipeline
  kTlbMiss,    // a page table walk
  kMicrocode,  // a micro-instruction
  kBus,        // waiting for the bus to take an access
  kHalted,     // HLT
};

inline constexpr std::array<const char*, 9> kCycleCauseNames = {
    "execute", "fetch", "decode", "address", "memory", "tlb-miss", "microcode", "bus", "halted"};

using CycleCounts = std::array<std::uint64_t, kCycleCauseNames.size()>;

}  // namespace strata
