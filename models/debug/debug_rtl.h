// The Verilated POST, debug console and exit ports in the cycle-accurate platform;
// rtl/debug/debug_ports.sv says what they do.
#pragma once

#include "models/base/stateful.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/debug/debug_model.h"

namespace strata {

class DebugRtl : public ClockedModule, public WithState<DebugState> {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the device's block
  sc_core::sc_out<WishboneResponse> response;

  /// `context` and `log` (may be null) outlive the module.
  DebugRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
           DebugSinks sinks, EventLog* log);

  DebugState state(Cycle now) const override;
  void load_state(const DebugState& state, Cycle now) override;

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;

  DebugModel model_;
};

}  // namespace strata
