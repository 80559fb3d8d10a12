// The Verilated keyboard and controller behind plain C++ (the header and <systemc> do not compile
// together).
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "models/base/key_code.h"
#include "models/base/wishbone_wires.h"
#include "models/keyboard/keyboard_state.h"

class VerilatedContext;
class VerilatedVcdC;
class Vkeyboard;

namespace strata {

class KeyboardModel {
 public:
  /// What the bus drives; adr is the byte offset in the block, bits 1:0 zero.
  using Request = WishboneRequest;

  /// Holds reset for two clocks, and leaves one without it.
  KeyboardModel(VerilatedContext* context, const char* name);
  ~KeyboardModel();

  /// A rising edge with `request` on the bus, which a tick of the line falls on or not and at which
  /// up to kKeyCodesAtOnce `keys` move, and the falling edge.
  void clock(const Request& request, bool tick, std::span<const KeyCode> keys = {});

  bool ack() const;
  std::uint32_t dat() const;
  bool irq() const;
  bool a20() const;
  /// A reset was asked for at the latest edge.
  bool reset() const;
  /// Ticks may be left out: none changes anything.
  bool idle() const;

  /// The state after the latest clock, between two accesses. Changes nothing.
  KeyboardState state() const;
  /// Replaces it; takes one clock. Not during an access.
  void load_state(const KeyboardState& state);

  void trace(VerilatedVcdC* file, int levels);

 private:
  std::unique_ptr<Vkeyboard> rtl_;
};

}  // namespace strata
