// The CPU of the machine with software engines: hosts an Engine and keeps SystemC's time and the
// engine's in step (loosely timed, IEEE 1666-2011, 11.1). The engine runs ahead up to the next
// event any device has scheduled, so no event is ever late; device accesses carry the engine's lead
// as their delay; an access that changes the schedule or a wire ends the lead at the next
// instruction.
//
// Assumes every device in the platform keeps its timers as SystemC events
// (models/bus/device_tlm.h).
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>

#include "models/base/types.h"
#include "models/engine/engine.h"

namespace strata {

class CpuTlm : public sc_core::sc_module, public EngineBus {
 public:
  tlm_utils::simple_initiator_socket<CpuTlm> io_socket;      // address: the port
  tlm_utils::simple_initiator_socket<CpuTlm> memory_socket;  // address: physical
  sc_core::sc_in<bool> interrupt;                            // INTR

  struct Config {
    sc_core::sc_time period;  // of the CPU clock
    /// The run ends at this cycle.
    Cycle limit = kNever;
    /// Longest lead, so that poll is asked in time.
    Cycle quantum = 1 << 17;
    /// The INTA cycle, at the current time plus `lead`.
    std::function<std::uint8_t(const sc_core::sc_time& lead)> acknowledge;
    /// Sees every write to a port, before the device does; may be empty.
    std::function<void(std::uint16_t port, unsigned bytes, std::uint32_t value)> port_written;
    /// Asked between leads; true ends the run.
    std::function<bool()> poll;
  };

  enum class End { kRunning, kHalted, kShutdown, kLimit, kStopped };

  explicit CpuTlm(const sc_core::sc_module_name& name);

  /// Before the simulation starts. `engine` was built with this object as its bus and outlives it.
  void start(Engine& engine, Config config);

  /// Ends the run after the instruction in progress (the guest wrote the exit port).
  void stop();

  /// Why the CPU no longer runs; SystemC's simulation has then been stopped.
  End end() const { return end_; }

  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override;
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override;
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override;
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override;
  std::uint8_t acknowledge_interrupt() override;

 private:
  using Socket = tlm_utils::simple_initiator_socket<CpuTlm>;

  void run_thread();
  std::uint32_t access(Socket& socket, std::uint32_t address, unsigned bytes, bool write,
                       std::uint32_t value);
  void run_until_next_event();
  void sleep_until_interrupt();
  void check_limits();
  void settle();
  void synchronise();
  Cycle next_event() const;
  void shorten_lead();
  sc_core::sc_time lead() const;

  Engine* engine_ = nullptr;
  Config config_;
  Cycle deadline_ = 0;
  End end_ = End::kRunning;
  tlm::tlm_generic_payload payload_;
};

}  // namespace strata
