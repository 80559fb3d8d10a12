#include "platform/rtl_figures.h"

#include <cstddef>

namespace strata {

std::map<std::string, std::uint64_t> rtl_exit_counts(const CpuRtl& cpu, const WbMemory& memory) {
  const std::uint64_t mmio = cpu.device_accesses() + memory.unclaimed_accesses();
  return {{"port", cpu.port_accesses()},
          {"mmio", mmio},
          {"hlt", cpu.halts()},
          {"interrupt", cpu.interrupts()},
          {"exception", cpu.exceptions()}};
}

std::map<std::string, std::uint64_t> rtl_counters(CpuRtl& cpu, const WbMemory& memory,
                                                  const RtlCycles& cycles, bool causes) {
  std::map<std::string, std::uint64_t> counters{{"cpu.clocked_cycles", cpu.clocked_cycles()},
                                                {"memory.busy_cycles", memory.busy_cycles()}};
  for (const auto& [name, count] : memory.timing().counters(cycles.all)) {
    counters[std::string("memory.") + name] = count;
  }
  if (!causes) return counters;
  cpu.settle_cycle_counts();
  const CycleCounts counts = cpu.cycle_counts(cycles.simulated);
  for (std::size_t cause = 0; cause < counts.size(); ++cause) {
    counters[std::string("cpu.cycles.") + kCycleCauseNames[cause]] = counts[cause];
  }
  const PerformanceCounts& happened = cpu.performance_counts();
  for (std::size_t event = 0; event < happened.size(); ++event) {
    counters[std::string("cpu.") + kPerformanceEvents[event].counter] += happened[event];
  }
  return counters;
}

}  // namespace strata
