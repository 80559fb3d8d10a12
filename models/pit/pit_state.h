// Architectural state of the 8254 (models/base/state_fields.h), the same for both twins. The RTL
// carries it on its load and unload ports: rtl/pit/pit_state_pkg.sv has the fields in the same
// order.
//
// When the next tick comes is not in it: ticks are those of the cycle count
// (models/pit/pit_time.h), and so is bit 4 of port 61.
#pragma once

#include <array>
#include <cstdint>

#include "models/machine/memory_map.h"

namespace strata {

struct PitCounterState {
  // As the control word wrote them; RW is 1 low byte, 2 high byte, 3 low then high; modes 6 and 7
  // are 2 and 3.
  std::uint8_t rw = 3;
  std::uint8_t mode_bits = 3;
  bool bcd = false;

  std::uint16_t count = 0;    // counting element, in BCD if `bcd`
  std::uint16_t initial = 0;  // count register, likewise
  bool out = true;
  bool counting = false;
  bool armed = false;    // modes 0 and 4: zero has not been reached since the load
  bool pending = false;  // a count waits to be loaded
  bool null = true;      // null count of the status byte
  bool odd = false;      // mode 3: the count loaded last was odd
  bool gate = true;
  bool triggered = false;  // modes 1, 2, 3 and 5: the gate has risen, the next tick loads the count

  std::uint8_t low_byte = 0;
  bool write_high = false;  // the next byte written is the high one
  bool read_high = false;
  bool count_latched = false;
  bool status_latched = false;
  std::uint16_t latched_count = 0;  // 0 while not latched, as the next one
  std::uint8_t latched_status = 0;

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("rw", self.rw);
    field("mode_bits", self.mode_bits);
    field("bcd", self.bcd);
    field("count", self.count);
    field("initial", self.initial);
    field("out", self.out);
    field("counting", self.counting);
    field("armed", self.armed);
    field("pending", self.pending);
    field("null", self.null);
    field("odd", self.odd);
    field("gate", self.gate);
    field("triggered", self.triggered);
    field("low_byte", self.low_byte);
    field("write_high", self.write_high);
    field("read_high", self.read_high);
    field("count_latched", self.count_latched);
    field("status_latched", self.status_latched);
    field("latched_count", self.latched_count);
    field("latched_status", self.latched_status);
  }
  bool operator==(const PitCounterState&) const = default;
};

struct PitState {
  // The gates of counters 0 and 1 are high, that of counter 2 is bit 0 of port 61.
  std::array<PitCounterState, 3> counter = {{{}, {}, {.gate = false}}};
  std::uint8_t port_b = 0;                         // bits 3:1 of port 61
  std::uint8_t port_a = STRATA_SYSTEM_A_AT_RESET;  // bits 1:0 of port 92

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("counter", self.counter);
    field("port_b", self.port_b);
    field("port_a", self.port_a);
  }
  bool operator==(const PitState&) const = default;
};

}  // namespace strata
