// The Verilated UART behind plain C++ (its header and <systemc> do not compile together).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "models/base/serial_input.h"
#include "models/base/wishbone_wires.h"
#include "models/uart/uart_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vuart;

namespace strata {

class UartModel {
 public:
  using ByteSink = std::function<void(std::uint8_t byte)>;

  /// What the bus drives; adr is the byte offset in the block, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks, and leaves one without it. `cpu_hz` is the rate of the clock that
  /// clock() ticks.
  UartModel(VerilatedContext* context, const char* name, std::uint32_t cpu_hz, ByteSink sink,
            SerialInput input = {});
  ~UartModel();

  /// A rising edge with `request` on the bus, and the falling edge.
  void clock(const Request& request);

  bool ack() const;
  std::uint32_t dat() const;
  bool irq() const;
  /// Nothing is sent, received or timed, and the terminal is not to be asked again: clock() may be
  /// left out until the next request.
  bool idle() const;

  /// The state after the latest clock, between two accesses. Changes nothing.
  UartState state() const;
  /// Replaces it; takes one clock. Not during an access.
  void load_state(const UartState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  void ask_terminal();

  std::unique_ptr<Vuart> rtl_;
  ByteSink sink_;
  SerialInput input_;
  std::optional<std::uint8_t> next_;  // of the input, not taken yet
  unsigned ask_in_ = 0;               // clocks
};

}  // namespace strata
