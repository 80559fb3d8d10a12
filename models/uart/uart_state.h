// Architectural state of the 16550 (models/base/state_fields.h), the same for both twins. The RTL
// carries it on its load and unload ports: rtl/uart/uart_state_pkg.sv has the fields in the same
// order.
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
  /// byte has gone to the terminal already.
  std::uint64_t character_left = 0;

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
  }
  bool operator==(const UartState&) const = default;
};

}  // namespace strata
