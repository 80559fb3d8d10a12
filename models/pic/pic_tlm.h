// TLM-2.0 shell of the interrupt controllers.
#pragma once

#include <systemc>

#include "models/bus/device_tlm.h"
#include "models/pic/pic_core.h"

namespace strata {

class PicTlm : public DeviceTlm {
 public:
  /// A request line; one nobody drives may stay unbound.
  using IrqPort =
      sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

  /// Lines 0..15 (line 2 is the cascade: leave it unbound), and the CPU's INTR.
  sc_core::sc_vector<IrqPort> irq;
  sc_core::sc_out<bool> intr;

  /// `log` (may be null) outlives the module; `period` is the CPU clock's.
  PicTlm(const sc_core::sc_module_name& name, EventLog* log, sc_core::sc_time period);

  /// The INTA cycle at the current time plus `ahead`: returns the vector.
  std::uint8_t acknowledge(const sc_core::sc_time& ahead = sc_core::SC_ZERO_TIME);

 private:
  void irq_method();
  Cycle cycle(const sc_core::sc_time& time) const { return time.value() / period_.value(); }

  sc_core::sc_time period_;
  PicCore core_;
};

}  // namespace strata
