#include "models/rtc/rtc_rtl.h"

namespace strata {

RtcRtl::RtcRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
               std::uint64_t cpu_hz, const RtcState& contents)
    : TickedModule(name, clock, cpu_hz),
      request("request"),
      response("response"),
      irq("irq"),
      model_(context, basename(), contents) {
  wake_on_strobe(request);
}

bool RtcRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  const bool was_acked = model_.ack();
  model_.clock(bus, is_tick(cycle));
  const bool ack = model_.ack();
  if (ack || was_acked) response.write({.dat = model_.dat(), .ack = ack});
  irq.write(model_.irq());
  if (!model_.idle()) wake_at_tick_after(cycle);
  return bus.stb || ack;
}

RtcState RtcRtl::state(Cycle) const {
  return model_.state();
}

void RtcRtl::load_state(const RtcState& state, Cycle now) {
  model_.load_state(state);
  irq.write(model_.irq());
  forget_tick();
  if (!model_.idle()) wake_at_tick_after(now);
}

}  // namespace strata
