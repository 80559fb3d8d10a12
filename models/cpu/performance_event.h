// What happens in a cycle of the CPU that people count: hits and misses of what is remembered,
// branches and mispredictions by kind (rtl/cpu/cpu_performance.sv).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace strata {

/// One bit of what CpuModel::happened() reports.
struct PerformanceEvent {
  const char* counter;  // its name behind "cpu."; two events of one cycle may go to one counter
  const char* text;     // what happened, for waves
};

/// In the order of performance_e in rtl/cpu/cpu_pkg.sv.
inline constexpr std::array<PerformanceEvent, 29> kPerformanceEvents = {{
    {"code-cache.hits", "code hit"},
    {"code-cache.misses", "code miss"},
    {"data-cache.read-hits", "read hit"},
    {"data-cache.read-misses", "read miss"},
    {"data-cache.write-hits", "write hit"},
    {"data-cache.write-misses", "write miss"},
    {"data-cache.fills", "line fill"},
    {"data-cache.uncached-reads", "uncached read"},
    {"store-buffer.merges", "store merged"},
    {"store-buffer.forwards", "store forwarded"},
    {"data-tlb.hits", "data TLB hit"},
    {"data-tlb.hits", "data TLB hit beside"},
    {"data-tlb.misses", "data TLB miss"},
    {"code-tlb.hits", "code TLB hit"},
    {"code-tlb.misses", "code TLB miss"},
    {"branch-targets.hits", "branch known"},
    {"branch-targets.misses", "branch not known"},
    {"branches.conditional", "branch"},
    {"branches.jump", "jump"},
    {"branches.call", "call"},
    {"branches.indirect-jump", "indirect jump"},
    {"branches.indirect-call", "indirect call"},
    {"branches.return", "return"},
    {"mispredictions.conditional", "mispredicted branch"},
    {"mispredictions.jump", "mispredicted jump"},
    {"mispredictions.call", "mispredicted call"},
    {"mispredictions.indirect-jump", "mispredicted indirect jump"},
    {"mispredictions.indirect-call", "mispredicted indirect call"},
    {"mispredictions.return", "mispredicted return"},
}};

/// Its bit in what CpuModel::happened() reports.
constexpr std::uint32_t event_bit(std::string_view counter) {
  for (std::size_t event = 0; event < kPerformanceEvents.size(); ++event) {
    if (kPerformanceEvents[event].counter == counter) return 1u << event;
  }
  return 0;
}

/// How often each has happened.
using PerformanceCounts = std::array<std::uint64_t, kPerformanceEvents.size()>;

/// Adds what happened in one cycle, a bit an event.
inline void count_events(PerformanceCounts& counts, std::uint32_t happened) {
  for (std::size_t event = 0; happened != 0; ++event, happened >>= 1) {
    counts[event] += happened & 1;
  }
}

}  // namespace strata
