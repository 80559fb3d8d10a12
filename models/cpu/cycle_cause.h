// What the CPU's cycles went to: the stage its oldest instruction was in, or what that stage
// waited for. Each cycle has one cause (rtl/cpu/cpu_cycle_cause.sv).
#pragma once

#include <array>
#include <cstdint>

namespace strata {

/// In the order of cycle_cause_e in rtl/cpu/cpu_pkg.sv.
enum class CycleCause : std::uint8_t {
  kExecute,      // an instruction is carried out
  kMultiCycle,   // and takes more than one cycle: division
  kMicrocode,    // a micro-instruction
  kFetch,        // no bytes to decode
  kCodeMiss,     // and they are not in the instruction cache
  kDecode,       // prefixes, and filling the pipeline
  kAddress,      // waiting for a register, and filling the pipeline
  kMemory,       // filling the pipeline, and waiting for a store to pass
  kDataMiss,     // a read of memory space that is not in the data cache, of devices too
  kUncached,     // a read of a port, or under LOCK
  kStoreBuffer,  // a store that waits for room, or for the rest of its line to come
  kTlbMiss,      // a page table walk
  kBus,          // waiting for another access to be taken
  kHalted,       // HLT
};

inline constexpr std::array<const char*, 14> kCycleCauseNames = {
    "execute", "multi-cycle", "microcode", "fetch",        "code-miss", "decode", "address",
    "memory",  "data-miss",   "uncached",  "store-buffer", "tlb-miss",  "bus",    "halted"};

using CycleCounts = std::array<std::uint64_t, kCycleCauseNames.size()>;

}  // namespace strata
