// The Verilated block behind port ABBA in the cycle-accurate platform: a slave at the port, and a
// master of the bus. Latency and protocol are those of rtl/pv/pv.sv.
#pragma once

#include "models/base/stateful.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/pv/pv_model.h"

namespace strata {

class PvRtl : public ClockedModule, public WithState<PvState> {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the block
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_out<bool> irq;

  /// The master port.
  struct {
    sc_core::sc_out<WishboneRequest> request{"master_request"};
    sc_core::sc_in<WishboneResponse> response{"master_response"};
  } master;

  /// `context`, `disk` and `log` (may be null) outlive the module; the rest is PvModel's.
  PvRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
        std::uint64_t ram_bytes, DiskBackend& disk, PvSinks sinks, EventLog* log);

  /// Whether calls are under way, which are no part of the state.
  bool busy() const { return !model_.idle(); }

  PvState state(Cycle now) const override;
  void load_state(const PvState& state, Cycle now) override;

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;

  PvModel model_;
};

}  // namespace strata
