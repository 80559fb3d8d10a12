#include "platform/rtl_timing.h"

#include "models/memory/sdram_timing.h"

namespace strata {

std::unique_ptr<MemoryTiming> memory_timing(const MachineConfig& config) {
  if (config.memory_timing) return config.memory_timing();
  if (!config.sdram) return std::make_unique<FixedLatency>(config.memory_latency);
  return std::make_unique<SdramTiming>(sdram_cycles(config.clock_hz), config.memory_bytes,
                                       config.memory_latency);
}

}  // namespace strata
