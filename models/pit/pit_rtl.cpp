#include "models/pit/pit_rtl.h"

namespace strata {

PitRtl::PitRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
               std::uint64_t cpu_hz)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      irq("irq"),
      model_(context, basename()),
      time_(cpu_hz) {
  irq.initialize(model_.out0());
  wake_on_strobe(request);
  SC_HAS_PROCESS(PitRtl);
  SC_METHOD(wake);
  sensitive << tick_event_;
  dont_initialize();
}

bool PitRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  const bool was_acked = model_.ack();
  const bool tick = time_.ticks_at(cycle) != time_.ticks_at(cycle - 1);
  model_.clock(bus, tick);
  const bool ack = model_.ack();
  if (ack || was_acked) response.write({.dat = model_.dat(), .ack = ack});
  irq.write(model_.out0());
  if (!model_.idle()) schedule_tick(cycle);
  return bus.stb || ack;
}

PitState PitRtl::state(Cycle) const {
  return model_.state();
}

void PitRtl::load_state(const PitState& state, Cycle now) {
  model_.load_state(state);
  irq.write(model_.out0());
  next_tick_ = 0;
  tick_event_.cancel();
  if (!model_.idle()) schedule_tick(now);
}

// The event comes just before the tick's edge, so that the edge finds this module awake.
void PitRtl::schedule_tick(Cycle cycle) {
  if (next_tick_ > cycle) return;
  next_tick_ = time_.cycle_of(time_.ticks_at(cycle) + 1);
  const auto edge = clock().time_of(next_tick_).value();
  tick_event_.notify(sc_core::sc_time::from_value(edge - 1 - sc_core::sc_time_stamp().value()));
}

}  // namespace strata
