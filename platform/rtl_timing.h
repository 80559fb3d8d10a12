// The timing of the cycle-accurate machine's memory, as its configuration says.
#pragma once

#include <memory>

#include "models/memory/memory_timing.h"
#include "platform/machine_config.h"

namespace strata {

std::unique_ptr<MemoryTiming> memory_timing(const MachineConfig& config);

}  // namespace strata
