// The Verilated interrupt controllers in the cycle-accurate platform; rtl/pic/pic.sv says what they
// do.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/base/event_log.h"
#include "models/base/stateful.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/pic/pic_model.h"

namespace strata {

class PicRtl : public ClockedModule, public WithState<PicState> {
 public:
  /// A request line; one nobody drives may stay unbound.
  using IrqPort =
      sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the block; tga tells an INTA
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_vector<IrqPort> irq;  // 0..15; line 2 is the cascade: leave it unbound
  sc_core::sc_out<bool> intr;       // to the CPU

  /// `context` and `log` (may be null) outlive the module. Log lines are those of PicCore, with the
  /// edge that sampled the line, and the edge after which the vector is on the bus.
  PicRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
         EventLog* log);

  PicState state(Cycle now) const override;
  void load_state(const PicState& state, Cycle now) override;

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;
  void irq_method();
  void log_events(Cycle cycle, std::uint16_t risen, bool inta);

  PicModel model_;
  EventLog* log_;
  std::uint16_t lines_ = 0;    // what irq shows
  std::uint16_t sampled_ = 0;  // what the latest edge saw
};

}  // namespace strata
