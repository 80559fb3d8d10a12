#include "models/debug/debug_rtl.h"

#include <utility>

namespace strata {

DebugRtl::DebugRtl(const sc_core::sc_module_name& name, ClockDriver& clock,
                   VerilatedContext* context, DebugSinks sinks, EventLog* log)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      model_(context, basename(), std::move(sinks), log) {
  wake_on_strobe(request);
}

bool DebugRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  model_.clock(cycle, bus);
  response.write({.dat = model_.dat(), .ack = model_.ack()});
  return !model_.idle() || bus.stb;
}

DebugState DebugRtl::state(Cycle) const {
  return model_.state();
}

void DebugRtl::load_state(const DebugState& state, Cycle) {
  model_.load_state(state);
}

}  // namespace strata
