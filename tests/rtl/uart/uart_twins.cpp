#include "tests/rtl/uart/uart_twins.h"

#include "models/uart/uart_core.h"
#include "models/uart/uart_model.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {
namespace {

// The device comes before the port that uses it.
struct CoreUart {
  CoreUart(std::uint32_t cpu_hz, SentBytes& sent)
      : device(
            cpu_hz, [&sent](std::uint8_t byte) { sent.push_back(byte); },
            [this](bool level) { irq_level = level; }) {}

  bool irq_level = false;
  UartCore device;
};

class CoreUartPort : CoreUart, public CorePort {
 public:
  CoreUartPort(std::uint32_t cpu_hz, SentBytes& sent)
      : CoreUart(cpu_hz, sent), CorePort(device, irq_level) {}
};

struct RtlUart {
  RtlUart(std::uint32_t cpu_hz, SentBytes& sent)
      : device(context.get(), "uart", cpu_hz,
               [&sent](std::uint8_t byte) { sent.push_back(byte); }) {}

  OwnedContext context = new_context();
  UartModel device;
};

class RtlUartPort : RtlUart, public ModelPort<UartModel> {
 public:
  RtlUartPort(std::uint32_t cpu_hz, SentBytes& sent) : RtlUart(cpu_hz, sent), ModelPort(device) {}
};

}  // namespace

std::unique_ptr<TwinPort> make_uart(UartKind kind, std::uint32_t cpu_hz, SentBytes& sent) {
  if (kind == UartKind::kCore) return std::make_unique<CoreUartPort>(cpu_hz, sent);
  return std::make_unique<RtlUartPort>(cpu_hz, sent);
}

}  // namespace strata::test
