// Architectural state of the keyboard and its controller (models/base/state_fields.h), the same for
// both twins. The RTL carries it on its load and unload ports: rtl/keyboard/keyboard_state_pkg.sv
// has the fields in the same order.
//
// When the next tick comes is not in it: ticks are those of the cycle count
// (models/keyboard/keyboard_time.h).
#pragma once

#include <array>
#include <cstdint>

namespace strata {

struct KeyboardState {
  static constexpr std::size_t kKeys = 16;

  // The controller.
  std::uint8_t status = 0;          // bits 0, 1, 3, 5 and 6 of port 64
  std::uint8_t output = 0;          // its buffers
  std::uint8_t input = 0;           //
  std::uint8_t parameter = 0;       // the command that waits for its parameter; 0: none
  std::uint8_t output_port = 0xCF;  // bits 5 and 4 are 0 here
  bool breaking = false;            // the translator has seen F0
  std::uint8_t sent = 0;            // the byte on its way to the keyboard or the mouse
  bool to_mouse = false;            //
  std::uint8_t send_left = 0;       // ticks; 0: nothing is on its way
  std::uint8_t receive_left = 0;    // ticks of the byte from the keyboard

  // The keyboard.
  std::uint8_t argument = 0;  // the command that waits for its argument; 0: none
  std::uint8_t leds = 0;      // scroll, num, caps
  std::uint8_t rate = 0x2B;   // typematic
  std::uint8_t set = 2;
  bool scanning = true;
  std::uint8_t last = 0;                    // the byte it sent last
  std::uint16_t test_left = 0;              // ticks of its self test
  std::uint16_t repeated = 0;               // the key that repeats (KeyCode::word()); 0: none
  std::uint16_t repeat_left = 0;            // ticks
  std::uint8_t answer_count = 0;            //
  std::uint8_t key_count = 0;               //
  std::uint8_t step = 0;                    // bytes of the first key that are sent
  std::array<std::uint8_t, 4> answers{};    // the next one first, zero behind the last
  std::array<std::uint16_t, kKeys> keys{};  // that wait, likewise
  // The controller's memory; byte 0 is the command byte, and as a BIOS leaves it: guests may
  // start without one.
  std::array<std::uint8_t, 32> memory = {0x45};

  template <typename Self, typename Visitor>
  static void visit(Self& self, Visitor&& field) {
    field("status", self.status);
    field("output", self.output);
    field("input", self.input);
    field("parameter", self.parameter);
    field("output_port", self.output_port);
    field("breaking", self.breaking);
    field("sent", self.sent);
    field("to_mouse", self.to_mouse);
    field("send_left", self.send_left);
    field("receive_left", self.receive_left);
    field("argument", self.argument);
    field("leds", self.leds);
    field("rate", self.rate);
    field("set", self.set);
    field("scanning", self.scanning);
    field("last", self.last);
    field("test_left", self.test_left);
    field("repeated", self.repeated);
    field("repeat_left", self.repeat_left);
    field("answer_count", self.answer_count);
    field("key_count", self.key_count);
    field("step", self.step);
    field("answers", self.answers);
    field("keys", self.keys);
    field("memory", self.memory);
  }
  bool operator==(const KeyboardState&) const = default;
};

}  // namespace strata
