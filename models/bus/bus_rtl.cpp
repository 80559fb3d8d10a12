#include "models/bus/bus_rtl.h"

namespace strata {
BusRtl::BusRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context)
    : ClockedModule(name, clock),
      cpu_request("cpu_request"),
      cpu_response("cpu_response"),
      mem("mem"),
      vga("vga"),
      ata("ata"),
      pic("pic"),
      pit("pit"),
      uart("uart"),
      debug("debug"),
      model_(context, basename()),
      slaves_{&mem, &vga, &ata, &pic, &pit, &uart, &debug} {
  SC_HAS_PROCESS(BusRtl);
  SC_METHOD(request_method);
  sensitive << cpu_request;
  dont_initialize();
}

void BusRtl::request_method() {
  if (cpu_request.read().stb) wake();
}

bool BusRtl::clock_edge(Cycle) {
  if (active_ != kBusNone) {
    const WishboneResponse& response = slaves_[active_]->response.read();
    if (!response.ack && !ack_) return true;  // no register would change
    model_.set_response(active_, response.ack, response.dat);
  } else {
    const WishboneRequest& request = cpu_request.read();
    model_.set_request(request);
    if (model_.idle() && !(request.cyc && request.stb)) return false;
    // For the waves: the ack that ended the cycle is gone by now.
    if (ack_ && latest_ != kBusNone) model_.set_response(latest_, false, model_.cpu_dat());
  }
  model_.clock();
  publish();
  return true;
}

// Writes only the signals that can have changed.
void BusRtl::publish() {
  const bool ack = model_.cpu_ack();
  if (ack || ack_) cpu_response.write({model_.cpu_dat(), ack});
  ack_ = ack;

  const BusSlave active = model_.active();
  if (active == active_) return;
  if (active_ != kBusNone) {
    slaves_[active_]->request.write(model_.slave_request(active_));
  }
  if (active != kBusNone) slaves_[active]->request.write(model_.slave_request(active));
  latest_ = active_;
  active_ = active;
}

}  // namespace strata
