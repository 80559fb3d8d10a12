#include "platform/rtl_debug.h"

#include <systemc>
#include <utility>

namespace strata {

RtlDebug::RtlDebug(CpuRtl& cpu, RetireListener* next, std::vector<MemoryRegion> memory,
                   const CpuState& state, GoOn go_on)
    : cpu_(cpu), next_(next), memory_(std::move(memory)), state_(state), go_on_(std::move(go_on)) {
  cpu_.model().keep_state(true);
  cpu_.set_listener(this);
}

DebugTarget::Step RtlDebug::make_step() {
  retired_ = false;
  while (!retired_) {
    if (const auto end = go_on_(); end && !retired_) return {*end, false};
  }
  return {DebugStop::kStepped, !interrupt_};
}

void RtlDebug::on_retire(const RetireRecord& record, const CpuModel& cpu) {
  if (next_ != nullptr) next_->on_retire(record, cpu);
  retired_ = true;
  interrupt_ = record.kind == RetireKind::kInterrupt;
  state_ = cpu.state();
  sc_core::sc_pause();
}

void RtlDebug::on_access(const WishboneRequest& request, std::uint32_t data) {
  if (next_ != nullptr) next_->on_access(request, data);
}

void RtlDebug::on_memory_write(std::uint32_t address) {
  if (next_ != nullptr) next_->on_memory_write(address);
}

void RtlDebug::on_acknowledge(std::uint8_t vector) {
  if (next_ != nullptr) next_->on_acknowledge(vector);
}

}  // namespace strata
