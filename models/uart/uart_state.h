// Architectural state of the 16550 (models/base/state_fields.h), the same for both twins. The RTL
// carries it on its load and unload ports: rtl/uart/uart_state_pkg.sv has the fields in the same
// order. What the terminal has not sent yet is the terminal's.
#pragma once

#include <array>
#include <cstdint>

namespace strata {

struct UartState {
  std::uint8_t ier = 0;
  std::uint8_t lcr = 0;
  std::uint8_t mcr = 0;
  std::uint8_t scr = 0;
  std::uint16_t divisor = 1;
  bool fifo_on = false;
  bool thre_pending = false;            // the THRE interrupt, before IER
  std::uint8_t fill = 0;                // bytes waiting; without FIFO at most 1, which is THR
  std::array<std::uint8_t, 16> fifo{};  // the next to send first; 0 beyond `fill`
  /// CPU cycles until the character in the shift register is out; 0: the register is empty. Its
  /// byte has gone to the terminal already, but in loopback.
  std::uint64_t character_left = 0;
  bool looped = false;       // it goes to the receiver
  std::uint8_t shifted = 0;  // its byte then, else 0

  std::uint8_t trigger = 0;                // FCR bits 7:6
  bool overrun = false;                    // LSR bit 1
  std::uint8_t deltas = 0;                 // MSR bits 3:0
  bool timeout_pending = false;            // the time-out interrupt, before IER
  std::uint8_t rx_fill = 0;                // bytes received; without FIFO at most 1, which is RBR
  std::array<std::uint8_t, 16> rx_fifo{};  // the next to read first; 0 beyond `rx_fill`
  bool rx_held = false;                    // the terminal has given a byte that has not arrived yet
  std::uint8_t rx_byte = 0;                // which, else 0
  std::uint64_t rx_left = 0;               // CPU cycles until it has; 0: it is not on the line
  std::uint64_t timeout_left = 0;          // CPU cycles until the time-out; 0: no timer

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("ier", self.ier);
    field("lcr", self.lcr);
    field("mcr", self.mcr);
    field("scr", self.scr);
    field("divisor", self.divisor);
    field("fifo_on", self.fifo_on);
    field("thre_pending", self.thre_pending);
    field("fill", self.fill);
    field("fifo", self.fifo);
    field("character_left", self.character_left);
    field("looped", self.looped);
    field("shifted", self.shifted);
    field("trigger", self.trigger);
    field("overrun", self.overrun);
    field("deltas", self.deltas);
    field("timeout_pending", self.timeout_pending);
    field("rx_fill", self.rx_fill);
    field("rx_fifo", self.rx_fifo);
    field("rx_held", self.rx_held);
    field("rx_byte", self.rx_byte);
    field("rx_left", self.rx_left);
    field("timeout_left", self.timeout_left);
  }
  bool operator==(const UartState&) const = default;
};

}  // namespace strata
