#include "models/engine/engine_debug.h"

namespace strata {

DebugTarget::Step EngineDebug::make_step() {
  return to_step(engine_.step_once());
}

DebugTarget::Step EngineDebug::to_step(const EngineStep& step) {
  switch (step.reason) {
    case StopReason::kHalted: return {DebugStop::kHalted};
    case StopReason::kShutdown: return {DebugStop::kShutdown};
    default: return {DebugStop::kStepped, step.interrupt};
  }
}

void EngineDebug::memory_written() {
  for (const MemoryRegion& region : memory_) {
    engine_.memory_written(region.base, static_cast<std::uint32_t>(region.size));
  }
}

}  // namespace strata
