#include "models/bus/device_tlm.h"

#include <cstring>

namespace strata {

DeviceTlm::DeviceTlm(const sc_core::sc_module_name& name, Device& core, sc_core::sc_time period,
                     sc_core::sc_time phase)
    : sc_module(name), target_socket("target_socket"), core_(core), period_(period), phase_(phase) {
  target_socket.register_b_transport(this, &DeviceTlm::b_transport);
  SC_HAS_PROCESS(DeviceTlm);
  SC_METHOD(timer_method);
  sensitive << timer_event_;
  dont_initialize();
}

Cycle DeviceTlm::to_cycle(const sc_core::sc_time& time) const {
  return time.value() / period_.value() - base_;
}

void DeviceTlm::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const unsigned bytes = payload.get_data_length();
  if (bytes < 1 || bytes > 4) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  const Cycle now = to_cycle(sc_core::sc_time_stamp() + delay);
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  std::uint32_t value = 0;
  if (payload.is_write()) {
    std::memcpy(&value, payload.get_data_ptr(), bytes);
    core_.write(offset, bytes, value, now);
  } else {
    value = core_.read(offset, bytes, now);
    std::memcpy(payload.get_data_ptr(), &value, bytes);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  reschedule();
}

bool DeviceTlm::load(std::span<const std::uint8_t> bytes, Cycle now) {
  if (!core_.load(bytes, now)) return false;
  base_ += to_cycle(sc_core::sc_time_stamp()) - now;
  reschedule();
  return true;
}

void DeviceTlm::pull_reset(std::span<const std::uint8_t> power_on, Cycle now) {
  core_.advance(now);
  core_.pull_reset(power_on, now);
  reschedule();
}

void DeviceTlm::timer_method() {
  core_.advance(to_cycle(sc_core::sc_time_stamp()));
  reschedule();
}

void DeviceTlm::reschedule() {
  timer_event_.cancel();
  const Cycle next = core_.next_event();
  if (next == kNever) return;
  const auto target = time_of(next);
  const auto now = sc_core::sc_time_stamp();
  timer_event_.notify(target > now ? target - now : sc_core::SC_ZERO_TIME);
}

}  // namespace strata
