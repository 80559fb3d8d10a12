// Architectural state of the POST, debug console and exit ports (models/base/state_fields.h), the
// same for both twins.
#pragma once

#include <cstdint>

namespace strata {

struct DebugState {
  std::uint8_t post_code = 0;  // what the POST port reads

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("post_code", self.post_code);
  }
  bool operator==(const DebugState&) const = default;
};

}  // namespace strata
