// A TLM-2.0 target as a device of the software machine: a user's own module, or one of the
// project's shells (models/*/*_tlm.h). Bind initiator_socket to the target and irq to the target's
// wire, then plug this into the machine. It runs the SystemC kernel up to the machine's time before
// each access and for each of the kernel's events, so processes run and wires move at their exact
// times.
//
// Loosely timed (IEEE 1666-2011, 11.1): addresses are offsets in the target's block, accesses have
// 1 to 4 bytes. A target may wait() in b_transport: the kernel then runs ahead of the machine
// until the transaction is done. Delays annotated or waited take no time of the CPU, as with every
// device of a software machine.
//
// There is one kernel a process and its time cannot go back: TLM targets can be plugged into one
// machine of a process. Setting that machine's time back only shifts the kernel's time against it;
// what a target holds is its own affair, but see on_reset() and on_state().
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <functional>
#include <span>
#include <systemc>
#include <tlm>

#include "models/base/device.h"

namespace strata {

class TlmDevice : public sc_core::sc_module, public Device {
 public:
  using IrqPort =
      sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

  tlm_utils::simple_initiator_socket<TlmDevice> initiator_socket;
  /// The target's interrupt request; may stay unbound.
  IrqPort irq;

  /// `period` is the CPU clock's; `wire` (may be null) follows irq.
  TlmDevice(const sc_core::sc_module_name& name, sc_core::sc_time period, Wire wire = {});

  /// What reset() asks of the target, which TLM-2.0 has no call for.
  void on_reset(std::function<void()> reset_target) { reset_target_ = std::move(reset_target); }

  /// What save() and load() ask of the target, which TLM-2.0 has no calls for either. Without them
  /// nothing is saved, and load() refuses.
  void on_state(std::function<StateBytes()> save,
                std::function<bool(std::span<const std::uint8_t>)> load) {
    save_target_ = std::move(save);
    load_target_ = std::move(load);
  }
  StateBytes save(Cycle now) const override;
  bool load(std::span<const std::uint8_t> bytes, Cycle now) override;

  /// Machine time is 0 again, whatever the kernel's is.
  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  /// The kernel's next activity, of whatever module; at once while the kernel has not started.
  Cycle next_event() const override;

  /// The machine's time is `now`: from here on the kernel's goes on from where it is.
  void set_time(Cycle now);

 private:
  void transport_thread();
  void irq_method();
  bool transfer(tlm::tlm_command command, std::uint32_t offset, unsigned bytes);
  void run_kernel_to(Cycle now);
  static void settle();
  sc_core::sc_time kernel_time(Cycle cycle) const;

  sc_core::sc_time period_;
  sc_core::sc_time zero_;  // the kernel's time at machine time 0, modulo the range of sc_time
  Wire wire_;
  bool level_ = false;  // of irq, as the wire last had it
  std::function<void()> reset_target_;
  std::function<StateBytes()> save_target_;
  std::function<bool(std::span<const std::uint8_t>)> load_target_;
  sc_core::sc_event request_;
  tlm::tlm_generic_payload payload_;
  std::uint32_t data_ = 0;  // of the transaction
  bool busy_ = false;       // a transaction is under way
};

}  // namespace strata
