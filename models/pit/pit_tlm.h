// TLM-2.0 shell of the timer.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/bus/device_tlm.h"
#include "models/pit/pit_core.h"

namespace strata {

class PitTlm : public DeviceTlm {
 public:
  /// OUT of counter 0: IRQ 0. High at power-on.
  sc_core::sc_out<bool> irq;
  /// Port 92: A20 is open, a reset of the machine is asked for.
  sc_core::sc_out<bool> a20;
  sc_core::sc_out<bool> reset;

  /// `cpu_hz` is 1 / `period`, at least STRATA_PIT_HZ; `phase` is that of DeviceTlm.
  PitTlm(const sc_core::sc_module_name& name, std::uint64_t cpu_hz, sc_core::sc_time period,
         sc_core::sc_time phase = sc_core::SC_ZERO_TIME);

 private:
  PitCore core_;
};

}  // namespace strata
