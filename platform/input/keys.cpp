#include "platform/input/keys.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace strata {
namespace {

constexpr auto kNone = KeyCode::kPlain;
constexpr auto kE0 = KeyCode::kE0;
constexpr auto kE1 = KeyCode::kE1;

// IBM PS/2 Hardware Interface Technical Reference, "Keyboard", "Scan code tables", by US legends.
constexpr Key kKeys[] = {
    {"esc", kNone, 0x01, 0x76, '\x1b', '\x1b'},
    {"1", kNone, 0x02, 0x16, '1', '!'},
    {"2", kNone, 0x03, 0x1E, '2', '@'},
    {"3", kNone, 0x04, 0x26, '3', '#'},
    {"4", kNone, 0x05, 0x25, '4', '$'},
    {"5", kNone, 0x06, 0x2E, '5', '%'},
    {"6", kNone, 0x07, 0x36, '6', '^'},
    {"7", kNone, 0x08, 0x3D, '7', '&'},
    {"8", kNone, 0x09, 0x3E, '8', '*'},
    {"9", kNone, 0x0A, 0x46, '9', '('},
    {"0", kNone, 0x0B, 0x45, '0', ')'},
    {"minus", kNone, 0x0C, 0x4E, '-', '_'},
    {"equal", kNone, 0x0D, 0x55, '=', '+'},
    {"backspace", kNone, 0x0E, 0x66, '\b'},
    {"tab", kNone, 0x0F, 0x0D, '\t'},
    {"q", kNone, 0x10, 0x15, 'q', 'Q'},
    {"w", kNone, 0x11, 0x1D, 'w', 'W'},
    {"e", kNone, 0x12, 0x24, 'e', 'E'},
    {"r", kNone, 0x13, 0x2D, 'r', 'R'},
    {"t", kNone, 0x14, 0x2C, 't', 'T'},
    {"y", kNone, 0x15, 0x35, 'y', 'Y'},
    {"u", kNone, 0x16, 0x3C, 'u', 'U'},
    {"i", kNone, 0x17, 0x43, 'i', 'I'},
    {"o", kNone, 0x18, 0x44, 'o', 'O'},
    {"p", kNone, 0x19, 0x4D, 'p', 'P'},
    {"leftbracket", kNone, 0x1A, 0x54, '[', '{'},
    {"rightbracket", kNone, 0x1B, 0x5B, ']', '}'},
    {"enter", kNone, 0x1C, 0x5A, '\n'},
    {"ctrl", kNone, 0x1D, 0x14},
    {"a", kNone, 0x1E, 0x1C, 'a', 'A'},
    {"s", kNone, 0x1F, 0x1B, 's', 'S'},
    {"d", kNone, 0x20, 0x23, 'd', 'D'},
    {"f", kNone, 0x21, 0x2B, 'f', 'F'},
    {"g", kNone, 0x22, 0x34, 'g', 'G'},
    {"h", kNone, 0x23, 0x33, 'h', 'H'},
    {"j", kNone, 0x24, 0x3B, 'j', 'J'},
    {"k", kNone, 0x25, 0x42, 'k', 'K'},
    {"l", kNone, 0x26, 0x4B, 'l', 'L'},
    {"semicolon", kNone, 0x27, 0x4C, ';', ':'},
    {"quote", kNone, 0x28, 0x52, '\'', '"'},
    {"backquote", kNone, 0x29, 0x0E, '`', '~'},
    {"shift", kNone, 0x2A, 0x12},
    {"backslash", kNone, 0x2B, 0x5D, '\\', '|'},
    {"z", kNone, 0x2C, 0x1A, 'z', 'Z'},
    {"x", kNone, 0x2D, 0x22, 'x', 'X'},
    {"c", kNone, 0x2E, 0x21, 'c', 'C'},
    {"v", kNone, 0x2F, 0x2A, 'v', 'V'},
    {"b", kNone, 0x30, 0x32, 'b', 'B'},
    {"n", kNone, 0x31, 0x31, 'n', 'N'},
    {"m", kNone, 0x32, 0x3A, 'm', 'M'},
    {"comma", kNone, 0x33, 0x41, ',', '<'},
    {"dot", kNone, 0x34, 0x49, '.', '>'},
    {"slash", kNone, 0x35, 0x4A, '/', '?'},
    {"rightshift", kNone, 0x36, 0x59},
    {"kpstar", kNone, 0x37, 0x7C},
    {"alt", kNone, 0x38, 0x11},
    {"space", kNone, 0x39, 0x29, ' ', ' '},
    {"capslock", kNone, 0x3A, 0x58},
    {"f1", kNone, 0x3B, 0x05},
    {"f2", kNone, 0x3C, 0x06},
    {"f3", kNone, 0x3D, 0x04},
    {"f4", kNone, 0x3E, 0x0C},
    {"f5", kNone, 0x3F, 0x03},
    {"f6", kNone, 0x40, 0x0B},
    {"f7", kNone, 0x41, 0x83},
    {"f8", kNone, 0x42, 0x0A},
    {"f9", kNone, 0x43, 0x01},
    {"f10", kNone, 0x44, 0x09},
    {"numlock", kNone, 0x45, 0x77},
    {"scrolllock", kNone, 0x46, 0x7E},
    {"kp7", kNone, 0x47, 0x6C},
    {"kp8", kNone, 0x48, 0x75},
    {"kp9", kNone, 0x49, 0x7D},
    {"kpminus", kNone, 0x4A, 0x7B},
    {"kp4", kNone, 0x4B, 0x6B},
    {"kp5", kNone, 0x4C, 0x73},
    {"kp6", kNone, 0x4D, 0x74},
    {"kpplus", kNone, 0x4E, 0x79},
    {"kp1", kNone, 0x4F, 0x69},
    {"kp2", kNone, 0x50, 0x72},
    {"kp3", kNone, 0x51, 0x7A},
    {"kp0", kNone, 0x52, 0x70},
    {"kpdot", kNone, 0x53, 0x71},
    {"102nd", kNone, 0x56, 0x61},
    {"f11", kNone, 0x57, 0x78},
    {"f12", kNone, 0x58, 0x07},
    {"kpenter", kE0, 0x1C, 0x5A},
    {"rightctrl", kE0, 0x1D, 0x14},
    {"kpslash", kE0, 0x35, 0x4A},
    {"print", kE0, 0x37, 0x7C},
    {"rightalt", kE0, 0x38, 0x11},
    {"pause", kE1, 0x1D, 0x14},
    {"home", kE0, 0x47, 0x6C},
    {"up", kE0, 0x48, 0x75},
    {"pageup", kE0, 0x49, 0x7D},
    {"left", kE0, 0x4B, 0x6B},
    {"right", kE0, 0x4D, 0x74},
    {"end", kE0, 0x4F, 0x69},
    {"down", kE0, 0x50, 0x72},
    {"pagedown", kE0, 0x51, 0x7A},
    {"insert", kE0, 0x52, 0x70},
    {"delete", kE0, 0x53, 0x71},
    {"leftmeta", kE0, 0x5B, 0x1F},
    {"rightmeta", kE0, 0x5C, 0x27},
    {"menu", kE0, 0x5D, 0x2F},
};

bool same_name(std::string_view name, std::string_view given) {
  return std::ranges::equal(
      name, given, [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

}  // namespace

std::span<const Key> keys() {
  return kKeys;
}

const Key* find_key(std::string_view name) {
  const auto* key =
      std::ranges::find_if(kKeys, [&](const Key& k) { return same_name(k.name, name); });
  return key == std::end(kKeys) ? nullptr : key;
}

const Key* key_of_character(char character) {
  if (character == 0) return nullptr;
  const auto* key = std::ranges::find_if(
      kKeys, [&](const Key& k) { return k.plain == character || k.shifted == character; });
  return key == std::end(kKeys) ? nullptr : key;
}

std::vector<KeyCode> codes_of(const Key& key, bool down) {
  constexpr std::uint8_t kNumLock = 0x77;
  constexpr std::uint8_t kStar = 0x7C;
  constexpr KeyCode kShiftOfPrint = {kE0, 0x12, false};
  if (key.prefix == kE1) {
    if (!down) return {};
    return {{kE1, key.set2, false},
            {kNone, kNumLock, false},
            {kE1, key.set2, true},
            {kNone, kNumLock, true}};
  }
  const KeyCode code = {key.prefix, key.set2, !down};
  if (key.prefix != kE0 || key.set2 != kStar) return {code};
  // Print Screen is the star of the keypad with Shift.
  if (down) return {kShiftOfPrint, code};
  return {code, {kE0, kShiftOfPrint.code, true}};
}

}  // namespace strata
