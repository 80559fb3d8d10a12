#include "models/cpu/cpu_tlm.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace strata {

CpuTlm::CpuTlm(const sc_core::sc_module_name& name)
    : sc_module(name),
      io_socket("io_socket"),
      memory_socket("memory_socket"),
      interrupt("interrupt") {
  SC_HAS_PROCESS(CpuTlm);
  SC_THREAD(run_thread);
}

void CpuTlm::start(Engine& engine, Config config) {
  engine_ = &engine;
  config_ = std::move(config);
}

void CpuTlm::stop() {
  if (end_ == End::kRunning) end_ = End::kStopped;
  engine_->request_stop();
}

void CpuTlm::run_thread() {
  while (end_ == End::kRunning) {
    settle();
    run_until_next_event();
    check_limits();
  }
  sc_core::sc_stop();
}

void CpuTlm::check_limits() {
  if (end_ == End::kRunning && config_.poll()) end_ = End::kStopped;
  if (end_ == End::kRunning && engine_->cycle() >= config_.limit) end_ = End::kLimit;
}

void CpuTlm::run_until_next_event() {
  deadline_ = next_event();
  const StopReason reason = engine_->run(deadline_);
  synchronise();
  if (end_ != End::kRunning) return;
  if (reason == StopReason::kShutdown) end_ = End::kShutdown;
  if (reason == StopReason::kHalted) sleep_until_interrupt();
}

/// HLT: time goes on from event to event until one brings an interrupt. With interrupts masked in
/// the CPU (there is no NMI), or no event to come, nothing can ever wake it (SDM vol. 2, HLT).
void CpuTlm::sleep_until_interrupt() {
  const bool interrupts_enabled = (engine_->state().eflags & eflags::kIf) != 0;
  while (end_ == End::kRunning) {
    settle();
    if (interrupts_enabled && interrupt.read()) return;
    if (!interrupts_enabled || !sc_core::sc_pending_activity_at_future_time()) {
      end_ = End::kHalted;
      return;
    }
    engine_->advance_to(next_event());
    synchronise();
    check_limits();
  }
}

/// Lets wires and events of this moment take effect.
void CpuTlm::settle() {
  while (sc_core::sc_pending_activity_at_current_time()) wait(sc_core::SC_ZERO_TIME);
  engine_->set_interrupt_line(interrupt.read());
}

/// Brings SystemC's time to the engine's; device events on the way happen.
void CpuTlm::synchronise() {
  const sc_core::sc_time ahead = lead();
  if (ahead > sc_core::SC_ZERO_TIME) wait(ahead);
}

sc_core::sc_time CpuTlm::lead() const {
  const auto engine_time = sc_core::sc_time::from_value(engine_->cycle() * config_.period.value());
  const auto& now = sc_core::sc_time_stamp();
  return engine_time > now ? engine_time - now : sc_core::SC_ZERO_TIME;
}

/// How far the engine may go: the next device event, the run's limit, or the quantum.
Cycle CpuTlm::next_event() const {
  Cycle next = std::min(config_.limit, engine_->cycle() + config_.quantum);
  if (sc_core::sc_pending_activity()) {
    const auto event = sc_core::sc_time_stamp() + sc_core::sc_time_to_pending_activity();
    next = std::min<Cycle>(next, event.value() / config_.period.value());
  }
  return next;
}

/// After an access: a device may have scheduled an earlier event or moved a wire.
void CpuTlm::shorten_lead() {
  if (sc_core::sc_pending_activity_at_current_time() || next_event() < deadline_) {
    engine_->request_stop();
  }
}

std::uint32_t CpuTlm::access(Socket& socket, std::uint32_t address, unsigned bytes, bool write,
                             std::uint32_t value) {
  std::array<unsigned char, sizeof value> data{};
  std::memcpy(data.data(), &value, sizeof value);
  payload_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(address);
  payload_.set_data_ptr(data.data());
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = lead();
  socket->b_transport(payload_, delay);
  shorten_lead();
  std::memcpy(&value, data.data(), sizeof value);
  return value;
}

std::uint32_t CpuTlm::port_read(std::uint16_t port, unsigned bytes) {
  return access(io_socket, port, bytes, false, 0);
}

void CpuTlm::port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) {
  if (config_.port_written) config_.port_written(port, bytes, value);
  access(io_socket, port, bytes, true, value);
}

std::uint32_t CpuTlm::mmio_read(std::uint32_t physical, unsigned bytes) {
  return access(memory_socket, physical, bytes, false, 0);
}

void CpuTlm::mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  access(memory_socket, physical, bytes, true, value);
}

std::uint8_t CpuTlm::acknowledge_interrupt() {
  const std::uint8_t vector = config_.acknowledge(lead());
  // INT of an 8259A goes low with INTA; what is still requested shows once the wires have settled.
  engine_->set_interrupt_line(false);
  shorten_lead();
  return vector;
}

}  // namespace strata
