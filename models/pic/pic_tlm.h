// TLM-2.0 shell of the interrupt controllers. Their wires have the delays of the RTL's, so it is
// clocked while something moves, and accesses have to come at clock edges, one an edge.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/bus/clock_driver.h"
#include "models/bus/device_tlm.h"
#include "models/pic/clocked_pic_core.h"

namespace strata {

class PicTlm : public DeviceTlm {
 public:
  /// A request line; one nobody drives may stay unbound.
  using IrqPort =
      sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

  /// Lines 0..15 (line 2 is the cascade: leave it unbound), and the CPU's INTR.
  sc_core::sc_vector<IrqPort> irq;
  sc_core::sc_out<bool> intr;

  /// `log` (may be null) outlives the module.
  PicTlm(const sc_core::sc_module_name& name, ClockDriver& clock, EventLog* log);

  /// The INTA cycle at the present edge: returns the vector.
  std::uint8_t acknowledge();

  bool load(std::span<const std::uint8_t> bytes, Cycle now) override;

 private:
  /// An edge goes through the chips' wires when all that is clocked has evaluated.
  class Edges : public ClockedModule, public ClockDriver::Register {
   public:
    Edges(PicTlm& shell, ClockDriver& clock) : ClockedModule("edges", clock), shell_(shell) {}
    void begun();
    using ClockedModule::wake;

   private:
    bool clock_edge(Cycle cycle) override;
    void update_after_edge() override { shell_.core_.end_edge(); }

    PicTlm& shell_;
  };

  void irq_method();

  ClockDriver& clock_;
  ClockedPicCore core_;
  Edges edges_;
};

}  // namespace strata
