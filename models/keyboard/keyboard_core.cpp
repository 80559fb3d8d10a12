#include "models/keyboard/keyboard_core.h"

#include <algorithm>
#include <utility>

namespace strata {
namespace {

constexpr std::uint32_t kData = 0;
constexpr std::uint32_t kControl = 4;

// Status.
constexpr std::uint8_t kOutputFull = 0x01;
constexpr std::uint8_t kInputFull = 0x02;
constexpr std::uint8_t kSystem = 0x04;
constexpr std::uint8_t kCommand = 0x08;
constexpr std::uint8_t kNotLocked = 0x10;
constexpr std::uint8_t kMouse = 0x20;
constexpr std::uint8_t kTimeout = 0x40;
constexpr std::uint8_t kStatusBits = kOutputFull | kInputFull | kCommand | kMouse | kTimeout;

// Command byte.
constexpr std::uint8_t kInterrupts = 0x01;
constexpr std::uint8_t kDisabled = 0x10;
constexpr std::uint8_t kMouseDisabled = 0x20;
constexpr std::uint8_t kTranslates = 0x40;

// Output port.
constexpr std::uint8_t kNoReset = 0x01;
constexpr std::uint8_t kA20 = 0x02;
constexpr std::uint8_t kInterruptLines = 0x30;

// Commands that are looked at in two places.
constexpr std::uint8_t kWriteOutputPort = 0xD1;
constexpr std::uint8_t kWriteOutputBuffer = 0xD2;
constexpr std::uint8_t kWriteMouseBuffer = 0xD3;
constexpr std::uint8_t kWriteMouse = 0xD4;

constexpr std::uint8_t kMemoryMask = 0x1F;
constexpr std::uint8_t kBreak = 0xF0;
constexpr std::uint8_t kNotSent = 0xFE;

}  // namespace

KeyboardCore::KeyboardCore(Outputs outputs, std::uint64_t cpu_hz)
    : outputs_(std::move(outputs)), time_(cpu_hz) {}

void KeyboardCore::reset() {
  state_ = {};
  tick_ = 0;
  set_reset(false);
  settle();
}

// ---- accesses ----

std::uint32_t KeyboardCore::read(std::uint32_t offset, unsigned bytes, Cycle now) {
  run_before(now);
  set_reset(false);
  std::uint32_t value = 0;
  bool takes = false;
  for (unsigned i = 0; i < bytes; ++i) {
    std::uint32_t byte = 0xFF;
    if (offset + i == kData) {
      byte = state_.output;
      takes = state_.status & kOutputFull;
    } else if (offset + i == kControl) {
      byte = status();
    }
    value |= byte << (8 * i);
  }
  put_ = false;
  run_to_cycle(now);
  if (takes && !put_) state_.status &= static_cast<std::uint8_t>(~kOutputFull);
  settle();
  return value;
}

void KeyboardCore::write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) {
  run_before(now);
  set_reset(false);
  run_to_cycle(now);
  for (unsigned i = 0; i < bytes; ++i) {
    const std::uint32_t at = offset + i;
    if (at != kData && at != kControl) continue;
    state_.input = static_cast<std::uint8_t>(value >> (8 * i));
    state_.status &= static_cast<std::uint8_t>(~kCommand);
    state_.status |= at == kControl ? kInputFull | kCommand : kInputFull;
  }
  settle();
}

void KeyboardCore::press(std::span<const KeyCode> keys, Cycle now) {
  run_before(now);
  set_reset(false);
  run_to_cycle(now);
  for (const KeyCode& key : keys) keyboard().press(key);
  settle();
}

/// Bit 4 is the key switch, which nobody has turned.
std::uint8_t KeyboardCore::status() const {
  return static_cast<std::uint8_t>(state_.status | (state_.memory[0] & kSystem) | kNotLocked);
}

// ---- time ----

void KeyboardCore::advance(Cycle now) {
  run_to_cycle(now);
  settle();
}

void KeyboardCore::run_before(Cycle now) {
  if (now > 0) advance(now - 1);
}

void KeyboardCore::run_to_cycle(Cycle now) {
  const std::uint64_t last = time_.ticks_at(now);
  while (tick_ < last && !idle()) {
    ++tick_;
    tick();
  }
  if (tick_ < last) tick_ = last;
}

Cycle KeyboardCore::next_event() const {
  return idle() ? kNever : time_.cycle_of(tick_ + 1);
}

/// No tick changes anything.
bool KeyboardCore::idle() const {
  return !(state_.status & kInputFull) && state_.send_left == 0 && state_.receive_left == 0 &&
         state_.test_left == 0 && state_.repeated == 0 && !can_receive();
}

bool KeyboardCore::can_receive() const {
  return has_byte() && !(state_.status & kOutputFull) && !(state_.memory[0] & kDisabled);
}

void KeyboardCore::tick() {
  set_reset(false);
  keyboard().tick();
  if (state_.send_left != 0) {
    if (--state_.send_left == 0) end_sending();
  } else if (state_.receive_left != 0 && --state_.receive_left == 0) {
    deliver();
  }
  if (state_.status & kInputFull) take_input();
  if (state_.send_left == 0 && state_.receive_left == 0 && can_receive()) {
    state_.receive_left = STRATA_KEYBOARD_BYTE_TICKS;
  }
}

// ---- the controller ----

/// A byte for the keyboard or the mouse waits until the one before it is sent.
void KeyboardCore::take_input() {
  const bool is_command = state_.status & kCommand;
  const bool is_sent = !is_command && (state_.parameter == 0 || state_.parameter == kWriteMouse);
  if (is_sent && state_.send_left != 0) return;
  state_.status &= static_cast<std::uint8_t>(~kInputFull);
  if (is_command) {
    state_.parameter = 0;
    command(state_.input);
  } else {
    parameter(state_.input);
  }
}

void KeyboardCore::command(std::uint8_t command) {
  std::uint8_t& command_byte = state_.memory[0];
  if (command >= 0x20 && command < 0x40) return put(state_.memory[command & kMemoryMask]);
  if (command >= 0x60 && command < 0x80) {
    state_.parameter = command;
    return;
  }
  if (command >= 0xF0) {
    if (!(command & kNoReset)) set_reset(true);
    return;
  }
  switch (command) {
    case 0xA4: put(0xF1); break;  // no password is there
    case 0xA7: command_byte |= kMouseDisabled; break;
    case 0xA8: command_byte &= static_cast<std::uint8_t>(~kMouseDisabled); break;
    case 0xA9:  // the mouse's lines are good
    case 0xAB: put(0x00); break;
    case 0xAA:
      command_byte |= kSystem;
      put(0x55);
      break;
    case 0xAD:
      command_byte |= kDisabled;
      state_.receive_left = 0;
      break;
    case 0xAE: command_byte &= static_cast<std::uint8_t>(~kDisabled); break;
    case 0xC0: put(0xB0); break;  // not locked, a colour display, no jumper, memory on the board
    case 0xD0: put(output_port()); break;
    case kWriteOutputPort:
    case kWriteOutputBuffer:
    case kWriteMouseBuffer:
    case kWriteMouse: state_.parameter = command; break;
    case 0xDD: state_.output_port &= static_cast<std::uint8_t>(~kA20); break;
    case 0xDF: state_.output_port |= kA20; break;
    case 0xE0: put(command_byte & kDisabled ? 0x02 : 0x03); break;  // data, clock
    default: break;
  }
}

void KeyboardCore::parameter(std::uint8_t value) {
  const std::uint8_t command = std::exchange(state_.parameter, std::uint8_t{0});
  switch (command) {
    case 0:
      state_.memory[0] &= static_cast<std::uint8_t>(~kDisabled);
      send(value, false);
      break;
    case kWriteOutputPort: set_output_port(value); break;
    case kWriteOutputBuffer: put(value); break;
    case kWriteMouseBuffer: put(value, kMouse); break;
    case kWriteMouse: send(value, true); break;
    default:
      state_.memory[command & kMemoryMask] = value;
      if (state_.memory[0] & kDisabled) state_.receive_left = 0;
      break;
  }
}

void KeyboardCore::send(std::uint8_t byte, bool to_mouse) {
  state_.sent = byte;
  state_.to_mouse = to_mouse;
  state_.send_left = to_mouse ? STRATA_KEYBOARD_TIMEOUT_TICKS : STRATA_KEYBOARD_BYTE_TICKS;
  state_.receive_left = 0;
}

void KeyboardCore::end_sending() {
  if (state_.to_mouse) return put(kNotSent, kMouse | kTimeout);
  keyboard().take(state_.sent);
}

/// A byte has come from the keyboard.
void KeyboardCore::deliver() {
  const std::uint8_t byte = keyboard().next_byte();
  if (!(state_.memory[0] & kTranslates)) return put(byte);
  if (byte == kBreak) {
    state_.breaking = true;
    return;
  }
  const std::uint8_t up = std::exchange(state_.breaking, false) ? 0x80 : 0;
  put(set1_code(byte) | up);
}

void KeyboardCore::put(std::uint8_t byte, std::uint8_t flags) {
  state_.output = byte;
  state_.status &= static_cast<std::uint8_t>(~(kMouse | kTimeout));
  state_.status |= kOutputFull | flags;
  state_.receive_left = 0;
  put_ = true;
}

void KeyboardCore::set_output_port(std::uint8_t value) {
  state_.output_port = value & static_cast<std::uint8_t>(~kInterruptLines);
  if (!(value & kNoReset)) set_reset(true);
}

void KeyboardCore::set_reset(bool level) {
  if (std::exchange(reset_, level) != level && outputs_.reset) outputs_.reset(level);
}

/// Bits 4 and 5: the interrupt requests of keyboard and mouse.
std::uint8_t KeyboardCore::output_port() const {
  if (!(state_.status & kOutputFull)) return state_.output_port;
  return state_.output_port | (state_.status & kMouse ? 0x20 : 0x10);
}

// ---- state ----

// What nobody asked for lags behind.
KeyboardState KeyboardCore::state(Cycle now) const {
  KeyboardCore core = *this;
  core.outputs_ = {};
  core.run_to_cycle(now);
  return core.state_;
}

void KeyboardCore::load_state(const KeyboardState& state, Cycle now) {
  state_ = state;
  state_.status &= kStatusBits;
  state_.output_port &= static_cast<std::uint8_t>(~kInterruptLines);
  state_.answer_count = std::min<std::uint8_t>(state_.answer_count, 4);
  state_.key_count = std::min<std::uint8_t>(state_.key_count, KeyboardState::kKeys);
  if (!has_byte()) state_.receive_left = 0;
  tick_ = time_.ticks_at(now);
  set_reset(false);
  settle();
  if (outputs_.irq) outputs_.irq(irq_);
  if (outputs_.a20) outputs_.a20(a20_);
}

void KeyboardCore::settle() {
  const bool full = (state_.status & (kOutputFull | kMouse)) == kOutputFull;
  const bool irq = full && (state_.memory[0] & kInterrupts);
  const bool a20 = state_.output_port & kA20;
  if (std::exchange(irq_, irq) != irq && outputs_.irq) outputs_.irq(irq);
  if (std::exchange(a20_, a20) != a20 && outputs_.a20) outputs_.a20(a20);
}

}  // namespace strata
