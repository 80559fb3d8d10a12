// The Verilated POST, debug console and exit ports behind plain C++ (the model's header and
// <systemc> do not compile together).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "models/base/event_log.h"
#include "models/base/wishbone_wires.h"
#include "models/debug/debug_sinks.h"
#include "models/debug/debug_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vdebug_ports;

namespace strata {

class DebugModel {
 public:
  /// What the bus drives; adr is the byte offset in the block, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks, and leaves one without it. `log` (null: nobody listens) outlives
  /// the model; it gets "post 4a" and "exit 3", unit "debug".
  DebugModel(VerilatedContext* context, const char* name, DebugSinks sinks, EventLog* log);
  ~DebugModel();

  /// The rising edge of `cycle` with `request` on the bus, and the falling edge.
  void clock(Cycle cycle, const Request& request);

  bool ack() const;
  std::uint32_t dat() const;
  /// No access in progress: clock() may be left out until the next request.
  bool idle() const;

  /// The state after the latest clock, between two accesses. Changes nothing.
  DebugState state() const;
  /// Replaces it; takes one clock. Not during an access.
  void load_state(const DebugState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vdebug_ports> rtl_;
  DebugSinks sinks_;
  EventLog* log_;
};

}  // namespace strata
