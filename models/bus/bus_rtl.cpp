#include "models/bus/bus_rtl.h"

#include <bit>

#include "models/machine/bus_map.h"

namespace strata {

BusRtl::BusRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context)
    : ClockedModule(name, clock), model_(context, basename()) {
  for (unsigned i = 0; i < BusModel::masters(); ++i) {
    masters_.emplace_back("master" + std::to_string(i));
  }
  for (unsigned i = 0; i < BusModel::slaves(); ++i) {
    slaves_.emplace_back(machine_devices()[i].name);
  }
  for (MasterPort& master : masters_) wake_on_strobe(master.request);
}

bool BusRtl::clock_edge(Cycle) {
  if (held_ != 0 && --held_ == 0) slaves_[active_].request.write(model_.slave_request(active_));
  bool answered = false;
  if (active_ != BusModel::kNoSlave) {
    const WishboneResponse& response = slaves_[active_].response.read();
    answered = response.ack;
    if (!answered && acks_ == 0) return true;  // no register would change
    // Behind a posted write the next request is taken at once.
    if (answered) take_requests();
    model_.set_response(active_, response);
  } else {
    if (!take_requests() && model_.idle()) return false;
  }
  // The ack that ended another slave's cycle is gone by now.
  if (latest_ != active_ && latest_ != BusModel::kNoSlave) {
    model_.set_response(latest_, {.dat = slaves_[latest_].response.read().dat});
  }
  model_.clock();
  publish(answered);
  return true;
}

/// Whether any master asks for something.
bool BusRtl::take_requests() {
  bool asked = false;
  for (unsigned i = 0; i < masters_.size(); ++i) {
    const WishboneRequest& request = masters_[i].request.read();
    if (!request.cyc && !model_.in_cycle(i)) continue;
    model_.set_request(i, request);
    asked |= request.cyc && request.stb;
  }
  return asked;
}

// Writes only the signals that can have changed: an access that was answered may have been followed
// by another of the same slave.
void BusRtl::publish(bool answered) {
  publish_acks();

  const unsigned active = model_.active();
  if (active == active_ && !answered) return;
  if (active_ != active && active_ != BusModel::kNoSlave) {
    slaves_[active_].request.write(model_.slave_request(active_));
  }
  latest_ = active_;
  active_ = active;
  if (active != BusModel::kNoSlave) present(latest_ == active);
}

/// The request to the active slave. A read that follows the answer to a read of the same slave is
/// the rest of a burst: behind the last word nobody has the bus for a cycle.
void BusRtl::present(bool same_slave) {
  const WishboneRequest request = model_.slave_request(active_);
  auto& wires = slaves_[active_].request;
  const bool in_burst = same_slave && !request.we && !wires.read().we;
  if (delay_ && !in_burst) held_ = delay_();
  wires.write(held_ == 0 ? request : WishboneRequest{});
}

void BusRtl::publish_acks() {
  const unsigned acks = model_.acks();
  for (unsigned left = acks | acks_; left != 0; left &= left - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(left));
    const bool ack = acks >> i & 1;
    masters_[i].response.write({model_.dat(), ack, model_.tgd()});
    if (ack && transfer_listener_ && i >= first_heard_) {
      transfer_listener_(i, masters_[i].request.read());
    }
  }
  acks_ = acks;
}

}  // namespace strata
