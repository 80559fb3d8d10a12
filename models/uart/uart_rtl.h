// The Verilated UART in the cycle-accurate platform; rtl/uart/uart.sv says what it does.
#pragma once

#include "models/base/stateful.h"
#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/uart/uart_model.h"

namespace strata {

class UartRtl : public ClockedModule, public WithState<UartState> {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the device's block
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_out<bool> irq;

  /// `context` outlives the module; `cpu_hz` is the rate of `clock`.
  UartRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
          std::uint32_t cpu_hz, UartModel::ByteSink sink, SerialInput input = {});

  UartState state(Cycle now) const override;
  void load_state(const UartState& state, Cycle now) override;

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  bool clock_edge(Cycle cycle) override;

  UartModel model_;
};

}  // namespace strata
