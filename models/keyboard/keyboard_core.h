// The 8042 keyboard controller of an AT with a PS/2 mouse port, and the keyboard of 102 keys behind
// it, as a plain C++ core (IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary
// Device Controller" and "Keyboard"). Block of offsets: 0 = port 60, data; 4 = port 64, status when
// read and command when written.
//
// Time: tick k (k >= 1), a bit on the keyboard's line, is the clock edge at cycle
// ceil(k * cpu_hz / STRATA_KEYBOARD_HZ). An access in cycle n is the clock edge n: it sees the
// state after edge n - 1, and where a tick falls on the same edge, what it writes wins. The
// controller looks at what was written at the next tick, and answers at it. A byte takes
// STRATA_KEYBOARD_BYTE_TICKS either way; the keyboard starts none while the output buffer is full
// or it is disabled, and starts again with one that an answer of the controller cuts off.
//
// Nothing is plugged into the mouse port: what D4 sends there is not clocked out, and
// STRATA_KEYBOARD_TIMEOUT_TICKS later FE is in the output buffer, with bits 5 and 6 of the status.
// The mouse's interrupt (IRQ 12) is not wired; that of the keyboard is a level, OBF of a byte that
// is not the mouse's.
//
// Left out: commands A5, A6, AC, C1 and C2 do nothing; a pulse (F0 to FF) moves no other line than
// that of the reset; the keyboard takes no scan code set 3 and no codes that depend on Num Lock or
// Shift; of keys that come while sixteen wait nothing is left.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "models/base/device.h"
#include "models/base/key_code.h"
#include "models/keyboard/keyboard_part.h"
#include "models/keyboard/keyboard_state.h"
#include "models/keyboard/keyboard_time.h"

namespace strata {

class KeyboardCore : public DeviceOf<KeyboardState> {
 public:
  struct Outputs {
    Wire irq;  // low at power-on
    Wire a20;  // high at power-on
    /// A reset of the machine is asked for while it is high: from the tick at which the controller
    /// is told to until the next access, tick or key.
    Wire reset;
  };

  /// `cpu_hz` is the rate of Cycle, not less than STRATA_KEYBOARD_HZ.
  KeyboardCore(Outputs outputs, std::uint64_t cpu_hz);

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  Cycle next_event() const override;
  KeyboardState state(Cycle now) const override;
  void load_state(const KeyboardState& state, Cycle now) override;

  /// At the clock edge `now`, up to kKeyCodesAtOnce.
  void press(std::span<const KeyCode> keys, Cycle now);

  /// Levels after the latest call.
  bool irq() const { return irq_; }
  bool a20() const { return a20_; }

 private:
  KeyboardPart keyboard() { return KeyboardPart(state_); }
  bool has_byte() const { return state_.answer_count != 0 || state_.key_count != 0; }
  bool idle() const;
  bool can_receive() const;
  void run_before(Cycle now);
  void run_to_cycle(Cycle now);
  void tick();
  void take_input();
  void command(std::uint8_t command);
  void parameter(std::uint8_t value);
  void send(std::uint8_t byte, bool to_mouse);
  void end_sending();
  void deliver();
  void put(std::uint8_t byte, std::uint8_t flags = 0);
  void set_output_port(std::uint8_t value);
  void set_reset(bool level);
  std::uint8_t output_port() const;
  std::uint8_t status() const;
  void settle();

  Outputs outputs_;
  KeyboardTime time_;
  KeyboardState state_;
  std::uint64_t tick_ = 0;  // the state is that after this tick
  bool put_ = false;        // a byte has come into the output buffer since it was last false
  bool irq_ = false;
  bool a20_ = true;
  bool reset_ = false;
};

}  // namespace strata
