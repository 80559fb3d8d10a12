#include "models/pv/pv_rtl.h"

#include <utility>

namespace strata {

PvRtl::PvRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
             std::uint64_t ram_bytes, DiskBackend& disk, PvSinks sinks, EventLog* log)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      irq("irq"),
      model_(context, basename(), ram_bytes, disk, std::move(sinks), log) {
  wake_on_strobe(request);
}

bool PvRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  model_.clock(cycle, bus, master.response.read());
  response.write({.dat = model_.dat(), .ack = model_.ack()});
  master.request.write(model_.master());
  irq.write(model_.irq());
  return !model_.idle() || bus.stb;
}

PvState PvRtl::state(Cycle) const {
  return model_.state();
}

void PvRtl::load_state(const PvState& state, Cycle) {
  model_.load_state(state);
  irq.write(model_.irq());
}

}  // namespace strata
