#include "models/uart/uart_rtl.h"

#include <utility>

namespace strata {

UartRtl::UartRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
                 std::uint32_t cpu_hz, UartModel::ByteSink sink, SerialInput input)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      irq("irq"),
      model_(context, basename(), cpu_hz, std::move(sink), std::move(input)) {
  wake_on_strobe(request);
}

bool UartRtl::clock_edge(Cycle) {
  const WishboneRequest& bus = request.read();
  model_.clock(bus);
  response.write({.dat = model_.dat(), .ack = model_.ack()});
  irq.write(model_.irq());
  return !model_.idle() || bus.stb;
}

UartState UartRtl::state(Cycle) const {
  return model_.state();
}

void UartRtl::load_state(const UartState& state, Cycle) {
  model_.load_state(state);
  irq.write(model_.irq());
  wake();
}

}  // namespace strata
