// The Verilated keyboard and controller in the cycle-accurate platform; rtl/keyboard/keyboard.sv
// says what they do. It is clocked at the ticks of the keyboard's line while anything is under way,
// and for accesses.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <systemc>
#include <vector>

#include "models/base/stateful.h"
#include "models/bus/ticked_module.h"
#include "models/bus/wishbone.h"
#include "models/keyboard/keyboard_model.h"
#include "models/machine/memory_map.h"

namespace strata {

class KeyboardRtl : public TickedModule<STRATA_KEYBOARD_HZ>, public WithState<KeyboardState> {
 public:
  sc_core::sc_in<WishboneRequest> request;  // adr: byte offset in the device's block
  sc_core::sc_out<WishboneResponse> response;
  sc_core::sc_out<bool> irq;  // IRQ 1
  // Of the output port: A20 is open, a reset of the machine is asked for (its rising edge).
  sc_core::sc_out<bool> a20;
  sc_core::sc_out<bool> reset;

  /// `context` outlives the module; `cpu_hz` is the rate of `clock`, at least STRATA_KEYBOARD_HZ.
  KeyboardRtl(const sc_core::sc_module_name& name, ClockDriver& clock, VerilatedContext* context,
              std::uint64_t cpu_hz);

  KeyboardState state(Cycle now) const override;
  void load_state(const KeyboardState& state, Cycle now) override;

  /// At the next clock edge; up to kKeyCodesAtOnce before it.
  void press(std::span<const KeyCode> keys);

  /// Nothing changes until the next access or key.
  bool asleep() const { return model_.idle() && keys_.empty(); }

  void trace(VerilatedVcdC* file, int levels) { model_.trace(file, levels); }

 private:
  void drive();
  bool clock_edge(Cycle cycle) override;

  KeyboardModel model_;
  std::vector<KeyCode> keys_;
};

}  // namespace strata
