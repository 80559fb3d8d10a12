#include "platform/input/keys.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "models/base/hex.h"
#include "models/keyboard/keyboard_part.h"

namespace strata {
namespace {

TEST(Keys, CodesOfSet1AreThoseTheControllerMakesOfSet2) {
  for (const Key& key : keys()) EXPECT_EQ(set1_code(key.set2), key.set1) << key.name;
}

TEST(Keys, NamesAndCodesAreThoseOfOneKeyEach) {
  std::set<std::string> names;
  std::set<unsigned> codes;
  for (const Key& key : keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_TRUE(codes.insert(key.prefix << 8 | key.set2).second) << key.name;
    EXPECT_EQ(find_key(key.name), &key);
  }
  EXPECT_EQ(find_key("F2"), find_key("f2"));
  EXPECT_EQ(find_key("Enter")->set2, 0x5A);
  EXPECT_EQ(find_key("any"), nullptr);
}

TEST(Keys, GiveEveryCharacterThatIsPrinted) {
  for (char character = ' '; character < 0x7F; ++character) {
    const Key* key = key_of_character(character);
    ASSERT_NE(key, nullptr) << character;
    EXPECT_TRUE(key->plain == character || key->shifted == character);
  }
  for (const char character : {'\n', '\t', '\b', '\x1b'}) {
    EXPECT_NE(key_of_character(character), nullptr) << int{character};
  }
  for (const char character : {'\0', '\x01', '\x7F', '\xE9'}) {
    EXPECT_EQ(key_of_character(character), nullptr) << int{character};
  }
}

std::string codes_text(const char* name, bool down) {
  std::string text;
  for (const KeyCode& code : codes_of(*find_key(name), down)) {
    constexpr const char* kPrefixes[] = {"", "e0 ", "e1 "};
    text += kPrefixes[code.prefix];
    if (code.up) text += "f0 ";
    text += hex_byte(code.code) + " ";
  }
  return text;
}

// IBM PS/2 Hardware Interface Technical Reference, "Keyboard", "Scan code set 2".
TEST(Keys, SomeHaveMoreThanOneCode) {
  EXPECT_EQ(codes_text("a", true), "1c ");
  EXPECT_EQ(codes_text("a", false), "f0 1c ");
  EXPECT_EQ(codes_text("up", true), "e0 75 ");
  EXPECT_EQ(codes_text("up", false), "e0 f0 75 ");
  EXPECT_EQ(codes_text("print", true), "e0 12 e0 7c ");
  EXPECT_EQ(codes_text("print", false), "e0 f0 7c e0 f0 12 ");
  EXPECT_EQ(codes_text("pause", true), "e1 14 77 e1 f0 14 f0 77 ");
  EXPECT_EQ(codes_text("pause", false), "");
  for (const Key& key : keys()) EXPECT_LE(codes_of(key, true).size(), kKeyCodesAtOnce);
}

}  // namespace
}  // namespace strata
