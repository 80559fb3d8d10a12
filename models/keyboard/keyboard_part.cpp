#include "models/keyboard/keyboard_part.h"

#include <algorithm>
#include <array>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

// Commands (PS/2 Hardware Interface Technical Reference, "Keyboard", "Commands from the system").
constexpr std::uint8_t kSetLeds = 0xED;
constexpr std::uint8_t kEcho = 0xEE;
constexpr std::uint8_t kScanCodeSet = 0xF0;
constexpr std::uint8_t kIdentify = 0xF2;
constexpr std::uint8_t kSetRate = 0xF3;
constexpr std::uint8_t kEnable = 0xF4;
constexpr std::uint8_t kDisable = 0xF5;
constexpr std::uint8_t kSetDefault = 0xF6;
constexpr std::uint8_t kResend = 0xFE;
constexpr std::uint8_t kReset = 0xFF;

// Answers.
constexpr std::uint8_t kAcknowledge = 0xFA;
constexpr std::uint8_t kTestPassed = 0xAA;

constexpr std::uint8_t kDefaultRate = 0x2B;  // after 500 ms 10.9 a second
constexpr std::uint8_t kE0Byte = 0xE0;
constexpr std::uint8_t kE1Byte = 0xE1;
constexpr std::uint8_t kBreak = 0xF0;
constexpr std::uint8_t kBreakOfSet1 = 0x80;
constexpr std::uint16_t kUp = 1 << 10;

constexpr std::uint16_t kQuarterSecond = STRATA_KEYBOARD_HZ / 4;
constexpr std::uint16_t kRateUnit = STRATA_KEYBOARD_HZ / 240;

constexpr std::array<std::uint8_t, 128> kSet1 = {
    0xFF, 0x43, 0x41, 0x3F, 0x3D, 0x3B, 0x3C, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3E, 0x0F, 0x29, 0x59,
    0x65, 0x38, 0x2A, 0x70, 0x1D, 0x10, 0x02, 0x5A, 0x66, 0x71, 0x2C, 0x1F, 0x1E, 0x11, 0x03, 0x5B,
    0x67, 0x2E, 0x2D, 0x20, 0x12, 0x05, 0x04, 0x5C, 0x68, 0x39, 0x2F, 0x21, 0x14, 0x13, 0x06, 0x5D,
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5E, 0x6A, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5F,
    0x6B, 0x33, 0x25, 0x17, 0x18, 0x0B, 0x0A, 0x60, 0x6C, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0C, 0x61,
    0x6D, 0x73, 0x28, 0x74, 0x1A, 0x0D, 0x62, 0x6E, 0x3A, 0x36, 0x1C, 0x1B, 0x75, 0x2B, 0x63, 0x76,
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7A, 0x0E, 0x7B, 0x7C, 0x4F, 0x7D, 0x4B, 0x47, 0x7E, 0x7F, 0x6F,
    0x52, 0x53, 0x50, 0x4C, 0x4D, 0x48, 0x01, 0x45, 0x57, 0x4E, 0x51, 0x4A, 0x37, 0x49, 0x46, 0x54,
};

/// "Set typematic rate/delay": bits 6:5.
std::uint16_t delay_of(std::uint8_t rate) {
  return static_cast<std::uint16_t>(kQuarterSecond * (1 + (rate >> 5 & 3)));
}

/// Bits 4:0: (8 + A) * 2^B * 4.17 ms.
std::uint16_t period_of(std::uint8_t rate) {
  return static_cast<std::uint16_t>(kRateUnit * ((8u + (rate & 7)) << (rate >> 3 & 3)));
}

}  // namespace

std::uint8_t set1_code(std::uint8_t set2_code) {
  if (set2_code < kSet1.size()) return kSet1[set2_code];
  if (set2_code == 0x83) return 0x41;
  if (set2_code == 0x84) return 0x54;
  return set2_code;
}

// ---- time ----

void KeyboardPart::tick() {
  if (state_.test_left != 0 && --state_.test_left == 0) {
    state_.scanning = true;
    answer(kTestPassed);
  }
  if (state_.repeated != 0 && --state_.repeat_left == 0) {
    state_.repeat_left = period_of(state_.rate);
    if (state_.key_count == 0) push(state_.repeated);
  }
}

// ---- bytes from the controller ----

void KeyboardPart::take(std::uint8_t byte) {
  if (state_.test_left != 0) return;
  state_.answer_count = 0;
  state_.answers = {};
  if (byte < kSetLeds && take_argument(byte)) return;
  state_.argument = 0;
  command(byte);
}

bool KeyboardPart::take_argument(std::uint8_t byte) {
  const std::uint8_t command = state_.argument;
  if (command == 0) return false;
  state_.argument = 0;
  if (command == kScanCodeSet && byte > 2) return false;
  answer(kAcknowledge);
  switch (command) {
    case kSetLeds: state_.leds = byte & 7; break;
    case kSetRate: state_.rate = byte & 0x7F; break;
    default:
      forget_keys();
      if (byte == 0) {
        answer(state_.set);
      } else {
        state_.set = byte;
      }
      break;
  }
  return true;
}

void KeyboardPart::command(std::uint8_t byte) {
  if (byte == kEcho) return answer(kEcho);
  if (byte == kResend) return answer(state_.last);
  if (byte < kSetLeds || byte == 0xEF || byte == 0xF1) return answer(kResend);
  answer(kAcknowledge);
  switch (byte) {
    case kSetLeds:
    case kScanCodeSet:
    case kSetRate: state_.argument = byte; break;
    case kIdentify:
      answer(0xAB);
      answer(0x83);
      break;
    case kEnable:
      forget_keys();
      state_.scanning = true;
      break;
    case kDisable:
    case kSetDefault:
      forget_keys();
      state_.rate = kDefaultRate;
      if (byte == kDisable) state_.scanning = false;
      break;
    case kReset:
      forget_keys();
      state_.rate = kDefaultRate;
      state_.set = 2;
      state_.leds = 0;
      state_.scanning = false;
      state_.test_left = STRATA_KEYBOARD_TEST_TICKS;
      break;
    default: break;  // of set 3, F7 to FD
  }
}

void KeyboardPart::answer(std::uint8_t byte) {
  if (state_.answer_count == state_.answers.size()) return;
  state_.answers[state_.answer_count++] = byte;
}

// ---- keys ----

void KeyboardPart::forget_keys() {
  state_.keys = {};
  state_.key_count = 0;
  state_.step = 0;
  state_.repeated = 0;
  state_.repeat_left = 0;
}

void KeyboardPart::press(const KeyCode& key) {
  if (!state_.scanning) return;
  push(key.word());
  if (!key.up && key.prefix != KeyCode::kE1) {
    state_.repeated = key.word();
    state_.repeat_left = delay_of(state_.rate);
  } else if (!key.up || state_.repeated == (key.word() ^ kUp)) {
    state_.repeated = 0;
    state_.repeat_left = 0;
  }
}

void KeyboardPart::push(std::uint16_t key) {
  if (state_.key_count < KeyboardState::kKeys) state_.keys[state_.key_count++] = key;
}

std::uint8_t KeyboardPart::next_byte() {
  if (state_.answer_count != 0) {
    state_.last = state_.answers[0];
    std::shift_left(state_.answers.begin(), state_.answers.end(), 1);
    state_.answers.back() = 0;
    --state_.answer_count;
  } else {
    state_.last = next_of_key();
  }
  return state_.last;
}

/// Prefix, in set 2 F0 of a key that goes up, code.
std::uint8_t KeyboardPart::next_of_key() {
  const std::uint16_t key = state_.keys[0];
  const bool prefixed = (key >> 8 & 3) != KeyCode::kPlain;
  const bool up = key & kUp;
  const bool set1 = state_.set == 1;
  const std::uint8_t step = state_.step++;
  if (prefixed && step == 0) return (key >> 8 & 3) == KeyCode::kE1 ? kE1Byte : kE0Byte;
  if (up && !set1 && step == (prefixed ? 1 : 0)) return kBreak;
  std::shift_left(state_.keys.begin(), state_.keys.end(), 1);
  state_.keys.back() = 0;
  --state_.key_count;
  state_.step = 0;
  const auto code = static_cast<std::uint8_t>(key);
  if (!set1) return code;
  return static_cast<std::uint8_t>(set1_code(code) | (up ? kBreakOfSet1 : 0));
}

}  // namespace strata
