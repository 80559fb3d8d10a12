// The TLM-2.0 shell every device core shares (loosely timed, IEEE 1666 clause 11): register
// accesses come through target_socket with the offset in the device's block as address; the core's
// own events are kept as a SystemC timer. <dev>_tlm modules derive from it and add what is theirs.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <systemc>
#include <tlm>

#include "models/base/device.h"

namespace strata {

class DeviceTlm : public sc_core::sc_module, public Stateful {
 public:
  tlm_utils::simple_target_socket<DeviceTlm> target_socket;

  /// `core` outlives the shell; `period` is the CPU clock's. The core's own events happen `phase`,
  /// less than a period, after the start of their cycle: more than zero where accesses come at
  /// clock edges, so that one in the cycle of an event is served first.
  DeviceTlm(const sc_core::sc_module_name& name, Device& core, sc_core::sc_time period,
            sc_core::sc_time phase = sc_core::SC_ZERO_TIME);

  /// The core's. Loading makes `now` the cycle number of the present time.
  StateBytes save(Cycle now) const override { return core_.save(now); }
  bool load(std::span<const std::uint8_t> bytes, Cycle now) override;
  void pull_reset(std::span<const std::uint8_t> power_on, Cycle now) override;

  /// It will do nothing by itself before the next access.
  bool asleep() const { return core_.next_event() == kNever; }

 protected:
  /// After each change of the core, so that its timer follows.
  void reschedule();
  /// When the core's own events of `cycle` happen.
  sc_core::sc_time time_of(Cycle cycle) const {
    return sc_core::sc_time::from_value((cycle + base_) * period_.value()) + phase_;
  }

 private:
  /// Answers TLM_BURST_ERROR_RESPONSE for lengths other than 1 to 4, else OK. Adds no delay.
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void timer_method();
  Cycle to_cycle(const sc_core::sc_time& time) const;

  Device& core_;
  sc_core::sc_time period_;
  sc_core::sc_time phase_;
  Cycle base_ = 0;  // as ClockDriver's
  sc_core::sc_event timer_event_;
};

}  // namespace strata
