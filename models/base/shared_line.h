// A wire that several devices pull: high while any of them does, as those of a PC's board that open
// A20 and ask for a reset. OrGate (models/bus/or_gate.h) is the same between SystemC modules.
#pragma once

#include <utility>

#include "models/base/device.h"

namespace strata {

class SharedLine {
 public:
  /// `line` is called with the new level on each change.
  explicit SharedLine(Wire line) : line_(std::move(line)) {}
  SharedLine(const SharedLine&) = delete;
  SharedLine& operator=(const SharedLine&) = delete;

  /// An end for one more device, whose output is at `level` now; `line` hears nothing of that. The
  /// line outlives it, and it is not copied.
  Wire input(bool level = false) {
    pulled_ += level ? 1 : 0;
    return [this, was = level](bool now) mutable {
      if (now == std::exchange(was, now)) return;
      const bool before = this->level();
      pulled_ += now ? 1 : -1;
      if (this->level() != before) line_(now);
    };
  }

  bool level() const { return pulled_ != 0; }

 private:
  Wire line_;
  int pulled_ = 0;
};

}  // namespace strata
