// The Verilated timer in the cycle-accurate platform; rtl/pit/pit.sv says what it does. While a
// counter runs it is clocked once a timer tick, else only for accesses.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/base/stateful.h"
#include "models/bus/ticked_module.h"
#include "models/bus/wishbone.h"
#include "models/machine/memory_map.h"
#include "models/pit/pit_model.h"

namespace strata {

class PitRtl : public TickedModule<STRATA_PIT_HZ>, public WithState<PitState> {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the device's block
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_out<bool> irq;  // OUT of counter 0: IRQ 0; high at power-on
  // Port 92: A20 is open, a reset of the machine is asked for.
  sc_core::sc_out<bool> a20;
  sc_core::sc_out<bool> reset;

  /// `context` outlives the module; `cpu_hz` is the rate of `clock`, at least STRATA_PIT_HZ.
  PitRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
         std::uint64_t cpu_hz);

  PitState state(Cycle now) const override;
  void load_state(const PitState& state, Cycle now) override;

  /// `irq` stays as it is until the next access, although counters may run.
  bool asleep() const { return model_.steady(); }

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  void drive();
  bool clock_edge(Cycle cycle) override;

  PitModel model_;
};

}  // namespace strata
