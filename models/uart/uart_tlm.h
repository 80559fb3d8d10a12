// TLM-2.0 shell of the UART.
#pragma once

#include "models/bus/device_tlm.h"
#include "models/uart/uart_core.h"

namespace strata {

class UartTlm : public DeviceTlm {
 public:
  /// The INTR pin.
  sc_core::sc_out<bool> irq;

  /// `period` is that of a clock of `cpu_hz`, `phase` that of DeviceTlm.
  UartTlm(const sc_core::sc_module_name& name, std::uint32_t cpu_hz, UartCore::ByteSink sink,
          sc_core::sc_time period, sc_core::sc_time phase = sc_core::SC_ZERO_TIME,
          SerialInput input = {});

 private:
  UartCore core_;
};

}  // namespace strata
