#include "models/pit/pit_rtl.h"

namespace strata {

PitRtl::PitRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
               std::uint64_t cpu_hz)
    : TickedModule(name, clock, cpu_hz),
      request("request"),
      response("response"),
      irq("irq"),
      a20("a20"),
      reset("reset"),
      model_(context, basename()) {
  irq.initialize(model_.out0());
  a20.initialize(model_.a20());
  reset.initialize(model_.reset());
  wake_on_strobe(request);
}

void PitRtl::drive() {
  irq.write(model_.out0());
  a20.write(model_.a20());
  reset.write(model_.reset());
}

bool PitRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  const bool was_acked = model_.ack();
  model_.clock(bus, is_tick(cycle), ticks_before(cycle) / STRATA_PIT_REFRESH_TICKS % 2 != 0);
  const bool ack = model_.ack();
  if (ack || was_acked) response.write({.dat = model_.dat(), .ack = ack});
  drive();
  if (!model_.idle()) wake_at_tick_after(cycle);
  return bus.stb || ack;
}

PitState PitRtl::state(Cycle) const {
  return model_.state();
}

void PitRtl::load_state(const PitState& state, Cycle now) {
  model_.load_state(state);
  drive();
  forget_tick();
  if (!model_.idle()) wake_at_tick_after(now);
}

}  // namespace strata
