// A guest of three functions, and a profile with numbers to be added up by hand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/loader/guest_image.h"
#include "platform/profile/profile.h"

namespace strata::test {

constexpr std::uint32_t kMain = 0x1000;
constexpr std::uint32_t kLeaf = 0x2000;
constexpr std::uint32_t kOther = 0x3000;

/// main at 1000, leaf at 2000, other at 3000, to 4000; nothing below and above.
inline SymbolTable three_functions() {
  SymbolTable symbols;
  symbols.by_address = {{kMain, "main"}, {kLeaf, "leaf"}, {kOther, "other"}};
  symbols.segments = {{0x1000, 0x4000}};
  return symbols;
}

/// main (30 cycles of its own) calls leaf twice (70): 100 cycles, 12 instructions.
inline Profile small_profile() {
  Profile profile;
  profile.engine = "rtl";
  profile.guest = "small.elf";
  profile.outcome = "exited";
  profile.cycles = 100;
  profile.instructions = 12;
  profile.causes = {"execute", "fetch"};
  profile.files = {"small,c"};
  profile.functions = {{"main", kMain, 1}, {"leaf", kLeaf, 2}};
  const std::vector<std::uint8_t> nop{0x90};
  profile.code = {{0x1000, true, nop, 0, 0, 3, 10, {20, 10}},
                  {0x2000, true, nop, 1, 0, 7, 2, {2, 58}},
                  {0x2001, true, {}, 1, {}, 0, 0, {10, 0}}};
  profile.stacks = {{{}, 0, 1, 30, 10}, {0, 1, 2, 70, 2}};
  return profile;
}

}  // namespace strata::test
