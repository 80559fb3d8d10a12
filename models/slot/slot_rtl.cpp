#include "models/slot/slot_rtl.h"

namespace strata {

SlotRtl::SlotRtl(const sc_core::sc_module_name& name, const Slot& slot, ClockDriver& clock,
                 VerilatedContext* context)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      irq("irq"),
      model_(slot.make(context, basename())) {
  wake_on_strobe(request);
}

bool SlotRtl::clock_edge(Cycle) {
  const WishboneRequest& bus = request.read();
  model_->clock(bus);
  response.write({.dat = model_->dat(), .ack = model_->ack()});
  irq.write(model_->irq());
  return !model_->idle() || bus.stb;
}

StateBytes SlotRtl::save(Cycle) const {
  return model_->state();
}

bool SlotRtl::load(std::span<const std::uint8_t> bytes, Cycle) {
  if (!model_->load_state(bytes)) return false;
  irq.write(model_->irq());
  wake();
  return true;
}

}  // namespace strata
