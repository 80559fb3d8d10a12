// The Verilated timer behind plain C++ (the header and <systemc> do not compile together).
#pragma once

#include <cstdint>
#include <memory>

#include "models/base/wishbone_wires.h"
#include "models/pit/pit_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vpit;

namespace strata {

class PitModel {
 public:
  /// What the bus drives; adr is the byte offset in the block, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks, and leaves one without it.
  PitModel(VerilatedContext* context, const char* name);
  ~PitModel();

  /// A rising edge with `request` on the bus, which a tick of the timer's clock falls on or not,
  /// and the falling edge. `refresh` is bit 4 of port 61 at the edge.
  void clock(const Request& request, bool tick, bool refresh);

  bool ack() const;
  std::uint32_t dat() const;
  bool out0() const;
  bool a20() const;
  bool reset() const;
  /// No counter runs: ticks may be left out.
  bool idle() const;
  /// No tick changes out0() before the next access.
  bool steady() const;

  /// The state after the latest clock, between two accesses. Changes nothing.
  PitState state() const;
  /// Replaces it; takes one clock. Not during an access.
  void load_state(const PitState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vpit> rtl_;
};

}  // namespace strata
