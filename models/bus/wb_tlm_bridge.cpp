#include "models/bus/wb_tlm_bridge.h"

#include <bit>
#include <cstring>

namespace strata {

WbTlmBridge::WbTlmBridge(const sc_core::sc_module_name& name, ClockDriver& clock, unsigned latency,
                         Lanes lanes)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      initiator_socket("initiator_socket"),
      latency_(latency),
      lanes_(lanes) {
  wake_on_strobe(request);
  clock.keep_in_step();  // targets may ask the kernel for the time
}

bool WbTlmBridge::clock_edge(Cycle cycle) {
  switch (state_) {
    case State::kIdle:
      if (!request.read().cyc || !request.read().stb) return false;
      access_cycle_ = cycle + latency_;
      data_ = request.read().we ? request.read().dat : 0;
      lane_ = 0;
      state_ = State::kSampled;
      [[fallthrough]];
    case State::kSampled:
      if (cycle < access_cycle_) return true;
      if (!access(request.read(), cycle)) return true;
      break;
    case State::kWaiting: break;
    case State::kAcked:
      // The master samples the ack at this edge; its strobe is still the old one.
      response.write({data_, false});
      state_ = State::kIdle;
      return true;
  }
  state_ = cycle >= ack_cycle_ ? State::kAcked : State::kWaiting;
  if (state_ == State::kAcked) response.write({data_, true});
  return true;
}

/// Whether it is done, or goes on at the next edge.
bool WbTlmBridge::access(const WishboneRequest& wishbone, Cycle cycle) {
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const unsigned sel = wishbone.sel & 0xF;
  if (wishbone.tga == kInterruptAcknowledge && acknowledge_) {
    data_ = acknowledge_();
    lane_ = 4;
  }
  while (sel >> lane_ != 0) {
    lane_ += static_cast<unsigned>(std::countr_zero(sel >> lane_));
    const bool together = lanes_ == Lanes::kTogether;
    const auto bytes = together ? static_cast<unsigned>(std::countr_one(sel >> lane_)) : 1u;
    transfer(wishbone, lane_, bytes, delay);
    lane_ += bytes;
    if (!together && sel >> lane_ != 0) return false;
  }
  const auto period = clock().period().value();
  ack_cycle_ = cycle + (delay.value() + period - 1) / period;
  return true;
}

void WbTlmBridge::transfer(const WishboneRequest& wishbone, unsigned lane, unsigned bytes,
                           sc_core::sc_time& delay) {
  auto* data = reinterpret_cast<std::uint8_t*>(&data_) + lane;
  payload_.set_command(wishbone.we ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(wishbone.adr + lane);
  payload_.set_data_ptr(data);
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  initiator_socket->b_transport(payload_, delay);
  if (!payload_.is_response_ok() && !wishbone.we) std::memset(data, 0xFF, bytes);
}

}  // namespace strata
