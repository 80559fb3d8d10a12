// Architectural state of the two 8259A (models/base/state_fields.h), the same for both twins. The
// RTL carries it on its load and unload ports: rtl/pic/pic_state_pkg.sv has the fields in the same
// order.
#pragma once

#include <cstdint>

namespace strata {

struct PicChipState {
  /// What comes next at A0 = 1.
  enum Expect : std::uint8_t { kOcw1, kIcw2, kIcw3, kIcw4 };

  std::uint8_t lines = 0;  // request lines as last sampled
  std::uint8_t irr = 0;
  std::uint8_t isr = 0;
  std::uint8_t imr = 0xFF;
  std::uint8_t base = 0;    // vector bits 7:3, in their place
  std::uint8_t lowest = 7;  // line of lowest priority
  std::uint8_t expect = kOcw1;
  bool level_triggered = false;
  bool cascaded = true;
  bool icw4_follows = false;
  bool auto_eoi = false;
  bool rotate_auto_eoi = false;
  bool fully_nested = false;  // special fully nested mode
  bool special_mask = false;
  bool read_isr = false;
  bool poll = false;

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("lines", self.lines);
    field("irr", self.irr);
    field("isr", self.isr);
    field("imr", self.imr);
    field("base", self.base);
    field("lowest", self.lowest);
    field("expect", self.expect);
    field("level_triggered", self.level_triggered);
    field("cascaded", self.cascaded);
    field("icw4_follows", self.icw4_follows);
    field("auto_eoi", self.auto_eoi);
    field("rotate_auto_eoi", self.rotate_auto_eoi);
    field("fully_nested", self.fully_nested);
    field("special_mask", self.special_mask);
    field("read_isr", self.read_isr);
    field("poll", self.poll);
  }
  bool operator==(const PicChipState&) const = default;
};

/// A request that has not passed the cascade yet is in the lines; `intr` is the pin.
struct PicState {
  bool intr = false;
  PicChipState master;
  PicChipState slave;

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("intr", self.intr);
    field("master", self.master);
    field("slave", self.slave);
  }
  bool operator==(const PicState&) const = default;
};

}  // namespace strata
