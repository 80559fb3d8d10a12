// The keyboard itself behind its line, for the C++ twin: what it does at a tick, with a byte that
// the controller sends, and which byte it sends next. Works on the state of both.
#pragma once

#include <cstdint>
#include <span>

#include "models/base/key_code.h"
#include "models/keyboard/keyboard_state.h"

namespace strata {

/// The code of set 1 for one of set 2, as the controller translates it.
std::uint8_t set1_code(std::uint8_t set2_code);

class KeyboardPart {
 public:
  explicit KeyboardPart(KeyboardState& state) : state_(state) {}

  void tick();
  /// A command or an argument.
  void take(std::uint8_t byte);
  void press(const KeyCode& key);

  bool has_byte() const { return state_.answer_count != 0 || state_.key_count != 0; }
  std::uint8_t next_byte();

 private:
  bool take_argument(std::uint8_t byte);
  void command(std::uint8_t byte);
  void answer(std::uint8_t byte);
  void forget_keys();
  void push(std::uint16_t key);
  std::uint8_t next_of_key();

  KeyboardState& state_;
};

}  // namespace strata
