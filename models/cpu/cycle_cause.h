// What the CPU's cycles went to: what was in execute, or what had left nothing there. Each cycle
// has one cause (rtl/cpu/cpu_cycle_cause.sv).
#pragma once

#include <array>
#include <cstdint>

namespace strata {

/// In the order of cycle_cause_e in rtl/cpu/cpu_pkg.sv.
enum class CycleCause : std::uint8_t {
  kExecute,        // an instruction is carried out, in its only or last cycle
  kMultiCycle,     // a further cycle of execute: multiplication, division
  kMicrocode,      // a micro-instruction, and getting the pipeline going again behind it
  kFetch,          // no bytes to decode, which the instruction cache has; a new start
  kCodeMiss,       // they are not in the instruction cache
  kDecode,         // prefixes, more than decode takes with an instruction
  kAddress,        // address dependency: an address waits for a register
  kMemory,         // a load that waits for a store to pass, an access over two pages
  kDataMiss,       // a read of memory that is not in the data cache; a store into a line on its way
  kUncached,       // an access of a port or under LOCK, a read that is not to be cached
  kStoreBuffer,    // a store, for which the store buffer has no room
  kTlbMiss,        // a page table walk
  kBus,            // an access has to go to the bus, where something else goes first
  kHalted,         // HLT
  kLoadUse,        // an address waits for a register that is being loaded
  kMisprediction,  // a branch went elsewhere than decode
};

inline constexpr std::array<const char*, 16> kCycleCauseNames = {
    "execute", "multi-cycle", "microcode", "fetch",        "code-miss",    "decode",
    "address", "memory",      "data-miss", "uncached",     "store-buffer", "tlb-miss",
    "bus",     "halted",      "load-use",  "misprediction"};

using CycleCounts = std::array<std::uint64_t, kCycleCauseNames.size()>;

}  // namespace strata
