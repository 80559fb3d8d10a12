#include "tests/rtl/uart/uart_twins.h"

#include <utility>

#include "models/uart/uart_core.h"
#include "models/uart/uart_model.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {
namespace {

// The device comes before the port that uses it.
struct CoreUart {
  CoreUart(std::uint32_t cpu_hz, SentBytes& sent, SerialInput input)
      : device(
            cpu_hz, [&sent](std::uint8_t byte) { sent.push_back(byte); },
            [this](bool level) { irq_level = level; }, std::move(input)) {}

  bool irq_level = false;
  UartCore device;
};

class CoreUartPort : CoreUart, public CorePort {
 public:
  CoreUartPort(std::uint32_t cpu_hz, SentBytes& sent, SerialInput input)
      : CoreUart(cpu_hz, sent, std::move(input)), CorePort(device, irq_level) {}
};

struct RtlUart {
  RtlUart(std::uint32_t cpu_hz, SentBytes& sent, SerialInput input)
      : device(
            context.get(), "uart", cpu_hz, [&sent](std::uint8_t byte) { sent.push_back(byte); },
            std::move(input)) {}

  OwnedContext context = new_context();
  UartModel device;
};

class RtlUartPort : RtlUart, public ModelPort<UartModel> {
 public:
  RtlUartPort(std::uint32_t cpu_hz, SentBytes& sent, SerialInput input)
      : RtlUart(cpu_hz, sent, std::move(input)), ModelPort(device) {}
};

}  // namespace

SerialInput sender_of(std::string text) {
  const auto next = [text = std::move(text), at = std::size_t{0}]() mutable {
    return at < text.size() ? std::optional(static_cast<std::uint8_t>(text[at++])) : std::nullopt;
  };
  return {next};
}

std::unique_ptr<TwinPort> make_uart(UartKind kind, std::uint32_t cpu_hz, SentBytes& sent,
                                    SerialInput input) {
  if (kind == UartKind::kCore) {
    return std::make_unique<CoreUartPort>(cpu_hz, sent, std::move(input));
  }
  return std::make_unique<RtlUartPort>(cpu_hz, sent, std::move(input));
}

}  // namespace strata::test
