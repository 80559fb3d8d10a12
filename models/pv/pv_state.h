// Architectural state of the block behind port ABBA (models/base/state_fields.h), the same for both
// twins. The shared page is RAM; between two calls there is nothing else to keep.
#pragma once

#include <cstdint>

namespace strata {

struct PvState {
  std::uint32_t number = 0;  // what was written to ABBA, ABBB, ABBC and ABBD last
  bool irq = false;          // the completion interrupt's line

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("number", self.number);
    field("irq", self.irq);
  }
  bool operator==(const PvState&) const = default;
};

}  // namespace strata
