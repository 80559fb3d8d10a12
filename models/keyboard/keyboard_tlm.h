// TLM-2.0 shell of keyboard and controller.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "models/bus/device_tlm.h"
#include "models/keyboard/keyboard_core.h"

namespace strata {

class KeyboardTlm : public DeviceTlm {
 public:
  sc_core::sc_out<bool> irq;  // IRQ 1
  // Of the output port: A20 is open, a reset of the machine is asked for (its rising edge).
  sc_core::sc_out<bool> a20;
  sc_core::sc_out<bool> reset;

  /// `cpu_hz` is 1 / `period`, at least STRATA_KEYBOARD_HZ; `phase` is that of DeviceTlm.
  KeyboardTlm(const sc_core::sc_module_name& name, std::uint64_t cpu_hz, sc_core::sc_time period,
              sc_core::sc_time phase = sc_core::SC_ZERO_TIME);

  /// At the clock edge of `cycle`, which has not been yet; up to kKeyCodesAtOnce before it.
  void press(std::span<const KeyCode> keys, Cycle cycle);

  /// Nothing changes until the next access or key.
  bool asleep() const { return DeviceTlm::asleep() && keys_.empty(); }

 private:
  void press_method();

  KeyboardCore core_;
  std::vector<KeyCode> keys_;
  Cycle press_cycle_ = 0;
  sc_core::sc_event press_event_;
};

}  // namespace strata
