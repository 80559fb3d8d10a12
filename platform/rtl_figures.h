// What the cycle-accurate machine counts, by name.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/cpu/cpu_rtl.h"
#include "models/memory/wb_memory.h"

namespace strata {

/// What left the CPU, as Engine::exits().
std::map<std::string, std::uint64_t> rtl_exit_counts(const CpuRtl& cpu, const WbMemory& memory);

/// The machine's cycles, and those of them that have been simulated.
struct RtlCycles {
  Cycle all = 0;
  Cycle simulated = 0;
};

/// As Engine::counters(); `causes`: the CPU was told to count its cycles.
std::map<std::string, std::uint64_t> rtl_counters(CpuRtl& cpu, const WbMemory& memory,
                                                  const RtlCycles& cycles, bool causes);

}  // namespace strata
