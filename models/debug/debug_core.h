// POST code, debug console and exit ports as a plain C++ core. Block of offsets
// (models/machine/machine.txt): 0 = port 80, 5 = port E9, 8 = port F4.
//
// Each is one byte lane: of a wider access only the bytes at these offsets count, the others read
// all ones. The POST port reads back its last value, the console port reads E9 (so that a guest can
// tell it is there), the exit port reads all ones.
#pragma once

#include <cstdint>

#include "models/base/device.h"
#include "models/base/event_log.h"
#include "models/debug/debug_sinks.h"
#include "models/debug/debug_state.h"

namespace strata {

class DebugCore : public DeviceOf<DebugState> {
 public:
  /// `log` (null: nobody listens) outlives the core and gets "post 4a" and "exit 3", unit "debug".
  explicit DebugCore(DebugSinks sinks, EventLog* log = nullptr);

  void reset() override { state_ = {}; }
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle) override {}
  Cycle next_event() const override { return kNever; }
  DebugState state(Cycle) const override { return state_; }
  void load_state(const DebugState& state, Cycle) override { state_ = state; }

 private:
  DebugSinks sinks_;
  EventLog* log_;
  DebugState state_;
};

}  // namespace strata
