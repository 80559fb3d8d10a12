// Architectural state of the clock (models/base/state_fields.h), the same for both twins. The RTL
// carries it on its load and unload ports: rtl/rtc/rtc_state_pkg.sv has the fields in the same
// order.
//
// When the next tick comes is not in it: ticks are those of the cycle count
// (models/rtc/rtc_time.h).
#pragma once

#include <array>
#include <cstdint>

namespace strata {

struct RtcState {
  std::uint8_t index = 0;  // port 70, bits 6:0
  bool nmi_off = true;     // port 70, bit 7

  std::uint16_t divider = 0;  // ticks since the divider chain was last at zero, below 32768
  std::uint8_t a = 0;         // register A, without UIP
  std::uint8_t b = 0;
  std::uint8_t flags = 0;  // PF, AF and UF where register C has them

  /// Bytes 00-7F; those of registers A to D are 0 here.
  std::array<std::uint8_t, 128> bytes{};

  /// Over a reset the clock goes on and its memory stays; of register B a reset clears PIE, AIE,
  /// UIE and SQWE (data sheet, "RESET").
  void keep(const RtcState& before) {
    divider = before.divider;
    a = before.a;
    b = before.b & 0x87;
    bytes = before.bytes;
  }

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("index", self.index);
    field("nmi_off", self.nmi_off);
    field("divider", self.divider);
    field("a", self.a);
    field("b", self.b);
    field("flags", self.flags);
    field("bytes", self.bytes);
  }
  bool operator==(const RtcState&) const = default;
};

}  // namespace strata
