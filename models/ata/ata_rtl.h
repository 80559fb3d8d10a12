// The Verilated ATA controller in the cycle-accurate platform. Latency and protocol are those of
// rtl/ata/ata.sv; the sectors live in a DiskBackend.
#pragma once

#include "models/ata/ata_model.h"
#include "models/base/stateful.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"

namespace strata {

class AtaRtl : public ClockedModule, public WithState<AtaState> {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the device's block
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_out<bool> irq;

  /// `context`, `disk` and `log` (may be null) outlive the module. Log lines are those of AtaCore.
  AtaRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
         DiskBackend& disk, EventLog* log);

  AtaState state(Cycle now) const override;
  void load_state(const AtaState& state, Cycle now) override;

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;

  AtaModel model_;
};

}  // namespace strata
