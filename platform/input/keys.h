// The keys of a keyboard of 102 keys by name: what scripts, terminals and windows have in common.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/key_code.h"

namespace strata {

struct Key {
  const char* name;  // in small letters
  KeyCode::Prefix prefix;
  std::uint8_t set1;  // its codes in both sets, behind the prefix
  std::uint8_t set2;
  // ASCII on a US keyboard, with and without Shift; 0: none.
  char plain = 0;
  char shifted = 0;
};

std::span<const Key> keys();

/// Capital letters are as good as small ones; null: there is no such key.
const Key* find_key(std::string_view name);

/// The key that gives `character`, \n and \b among them; null: none does.
const Key* key_of_character(char character);

/// What the switches tell when the key goes down or up; Pause has nothing to tell when it goes up.
std::vector<KeyCode> codes_of(const Key& key, bool down);

}  // namespace strata
