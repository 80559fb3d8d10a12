// The Verilated clock in the cycle-accurate platform; rtl/rtc/rtc.sv says what it does. It is
// clocked at the ticks of its crystal and for accesses.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/base/stateful.h"
#include "models/bus/ticked_module.h"
#include "models/bus/wishbone.h"
#include "models/machine/memory_map.h"
#include "models/rtc/rtc_model.h"

namespace strata {

class RtcRtl : public TickedModule<STRATA_RTC_HZ>, public WithState<RtcState> {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr is not looked at: the block is one word
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_out<bool> irq;  // IRQ 8

  /// `context` outlives the module; `cpu_hz` is the rate of `clock`, at least STRATA_RTC_HZ.
  RtcRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
         std::uint64_t cpu_hz, const RtcState& contents);

  RtcState state(Cycle now) const override;
  void load_state(const RtcState& state, Cycle now) override;

  /// `irq` stays as it is until the next access, although time passes.
  bool asleep() const { return model_.steady(); }

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;

  RtcModel model_;
};

}  // namespace strata
