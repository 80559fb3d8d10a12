#include "models/uart/uart_tlm.h"

#include <utility>

namespace strata {

// DeviceTlm only keeps the reference to the core, which is constructed after it.
UartTlm::UartTlm(const sc_core::sc_module_name& name, std::uint32_t cpu_hz, UartCore::ByteSink sink,
                 sc_core::sc_time period, sc_core::sc_time phase, SerialInput input)
    : DeviceTlm(name, core_, period, phase),
      irq("irq"),
      core_(
          cpu_hz, std::move(sink), [this](bool level) { irq.write(level); }, std::move(input)) {}

}  // namespace strata
