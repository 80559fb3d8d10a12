// The Verilated clock behind plain C++ (the header and <systemc> do not compile together).
#pragma once

#include <cstdint>
#include <memory>

#include "models/base/wishbone_wires.h"
#include "models/rtc/rtc_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vrtc;

namespace strata {

class RtcModel {
 public:
  /// What the bus drives (the block is one word).
  using Request = WishboneRequest;

  /// Holds reset for two clocks, leaves one without it, and in the next the battery's `contents`
  /// are there.
  RtcModel(VerilatedContext* context, const char* name, const RtcState& contents);
  ~RtcModel();

  /// A rising edge with `request` on the bus, which a tick of the crystal falls on or not, and the
  /// falling edge.
  void clock(const Request& request, bool tick);

  bool ack() const;
  std::uint32_t dat() const;
  bool irq() const;
  /// The divider does not run: ticks may be left out.
  bool idle() const;
  /// No tick changes irq() before the next access.
  bool steady() const;

  /// The state after the latest clock, between two accesses. Changes nothing.
  RtcState state() const;
  /// Replaces it; takes one clock. Not during an access.
  void load_state(const RtcState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vrtc> rtl_;
};

}  // namespace strata
