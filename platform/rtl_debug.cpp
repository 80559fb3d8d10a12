#include "platform/rtl_debug.h"

#include <utility>

namespace strata {

RtlDebug::RtlDebug(CpuRtl& cpu, CpuFamily family, std::vector<MemoryRegion> memory, Advance advance,
                   Load load)
    : DebugTarget(family),
      cpu_(cpu),
      memory_(std::move(memory)),
      advance_(std::move(advance)),
      load_(std::move(load)) {}

std::optional<DebugStop> RtlDebug::hold() {
  cpu_.drain(true);
  // One cycle in which the CPU samples the request, and with it takes back that it has drained.
  auto end = advance_();
  while (!cpu_.drained()) {
    if (const auto now = advance_()) end = now;
  }
  return end;
}

DebugTarget::Step RtlDebug::make_step() {
  const std::uint64_t retired = cpu_.retired();
  cpu_.take_interrupt();
  while (cpu_.retired() == retired) {
    cpu_.drain(false);
    auto end = advance_();
    if (const auto later = hold(); !end) end = later;
    const bool nothing = cpu_.retired() == retired;
    if (end && (nothing || *end == DebugStop::kEnded)) return {*end};
  }
  return {DebugStop::kStepped, cpu_.take_interrupt()};
}

void RtlDebug::set_registers(const CpuState& state) {
  load_(state);
}

/// Code among it has to be fetched again.
void RtlDebug::memory_written() {
  load_(registers());
}

}  // namespace strata
