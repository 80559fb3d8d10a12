#include "models/ata/ata_rtl.h"

namespace strata {

AtaRtl::AtaRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
               DiskBackend& disk, EventLog* log)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      irq("irq"),
      model_(context, basename(), disk, log) {
  wake_on_strobe(request);
}

bool AtaRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  model_.clock(cycle, bus);
  response.write({.dat = model_.dat(), .ack = model_.ack()});
  irq.write(model_.irq());
  return !model_.idle() || bus.stb;
}

AtaState AtaRtl::state(Cycle) const {
  return model_.state();
}

void AtaRtl::load_state(const AtaState& state, Cycle) {
  model_.load_state(state);
  irq.write(model_.irq());
  wake();
}

}  // namespace strata
