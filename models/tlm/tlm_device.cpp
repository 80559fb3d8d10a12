#include "models/tlm/tlm_device.h"

#include <utility>

namespace strata {
namespace {

bool kernel_started() {
  return sc_core::sc_start_of_simulation_invoked();
}

/// A module may have called sc_stop().
bool kernel_ended() {
  return (sc_core::sc_get_status() & (sc_core::SC_STOPPED | sc_core::SC_END_OF_SIMULATION)) != 0;
}

}  // namespace

TlmDevice::TlmDevice(const sc_core::sc_module_name& name, sc_core::sc_time period, Wire wire)
    : sc_module(name),
      initiator_socket("initiator_socket"),
      irq("irq"),
      period_(period),
      zero_(sc_core::sc_time_stamp()),
      wire_(std::move(wire)) {
  SC_HAS_PROCESS(TlmDevice);
  SC_THREAD(transport_thread);
  SC_METHOD(irq_method);
  sensitive << irq;
}

// ---- time ----

void TlmDevice::set_time(Cycle now) {
  zero_ = sc_core::sc_time::from_value(sc_core::sc_time_stamp().value() - now * period_.value());
}

void TlmDevice::reset() {
  set_time(0);
  if (reset_target_) reset_target_();
}

sc_core::sc_time TlmDevice::kernel_time(Cycle cycle) const {
  return sc_core::sc_time::from_value(zero_.value() + cycle * period_.value());
}

Cycle TlmDevice::next_event() const {
  const std::uint64_t now = sc_core::sc_time_stamp().value() - zero_.value();
  if (!kernel_started()) return now / period_.value();
  if (kernel_ended() || !sc_core::sc_pending_activity()) return kNever;
  const std::uint64_t event = now + sc_core::sc_time_to_pending_activity().value();
  return (event + period_.value() - 1) / period_.value();
}

/// Processes of this moment and what they wake.
void TlmDevice::settle() {
  while (!kernel_ended() && sc_core::sc_pending_activity_at_current_time()) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
}

/// The kernel may already be ahead, where a target has waited.
void TlmDevice::run_kernel_to(Cycle now) {
  if (!kernel_started()) sc_core::sc_start(sc_core::SC_ZERO_TIME);
  settle();
  const sc_core::sc_time target = kernel_time(now);
  while (!kernel_ended() && sc_core::sc_time_stamp() < target) {
    sc_core::sc_start(target - sc_core::sc_time_stamp());
    settle();
  }
}

void TlmDevice::advance(Cycle now) {
  run_kernel_to(now);
}

// ---- wires and accesses ----

void TlmDevice::irq_method() {
  const bool level = irq.size() > 0 && irq->read();
  if (std::exchange(level_, level) != level && wire_) wire_(level);
}

/// b_transport is only to be called from a process, because it may wait.
void TlmDevice::transport_thread() {
  for (;;) {
    wait(request_);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    initiator_socket->b_transport(payload_, delay);
    busy_ = false;
  }
}

/// Moves data_. False if the target refuses, or waits for what never comes.
bool TlmDevice::transfer(tlm::tlm_command command, std::uint32_t offset, unsigned bytes) {
  if (busy_ || kernel_ended()) return false;
  payload_.set_command(command);
  payload_.set_address(offset);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(&data_));
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  busy_ = true;
  request_.notify(sc_core::SC_ZERO_TIME);
  settle();
  while (busy_ && !kernel_ended() && sc_core::sc_pending_activity_at_future_time()) {
    sc_core::sc_start(sc_core::sc_time_to_pending_activity());
    settle();
  }
  return !busy_ && payload_.is_response_ok();
}

StateBytes TlmDevice::save(Cycle) const {
  return save_target_ ? save_target_() : StateBytes{};
}

bool TlmDevice::load(std::span<const std::uint8_t> bytes, Cycle now) {
  if (!load_target_ || !load_target_(bytes)) return false;
  set_time(now);
  return true;
}

std::uint32_t TlmDevice::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  run_kernel_to(now);
  if (!busy_) data_ = 0;
  if (transfer(tlm::TLM_READ_COMMAND, offset, bytes)) return data_;
  return bytes == 4 ? ~0u : (1u << (8 * bytes)) - 1;
}

void TlmDevice::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  run_kernel_to(now);
  if (!busy_) data_ = value;
  transfer(tlm::TLM_WRITE_COMMAND, offset, bytes);
}

}  // namespace strata
