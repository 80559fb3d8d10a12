#include "models/isa/disassemble.h"

#include <gtest/gtest.h>

#include <vector>

namespace strata {
namespace {

TEST(Disassemble, PrintsLaterInstructions) {
  const struct {
    std::vector<std::uint8_t> bytes;
    const char* text;
  } cases[] = {{{0x0F, 0xC9}, "bswap ecx"},
               {{0xF0, 0x0F, 0xC1, 0x0B}, "lock xadd [ebx], ecx"},
               {{0x0F, 0xB1, 0x0B}, "cmpxchg [ebx], ecx"},
               {{0x0F, 0xC7, 0x0B}, "cmpxchg8b [ebx]"},
               {{0x0F, 0x4D, 0xC1}, "cmovnl eax, ecx"},
               {{0x0F, 0x08}, "invd"},
               {{0x0F, 0x09}, "wbinvd"},
               {{0x0F, 0x01, 0x3B}, "invlpg [ebx]"},
               {{0x0F, 0xA2}, "cpuid"},
               {{0x0F, 0x31}, "rdtsc"},
               {{0x0F, 0x32}, "rdmsr"},
               {{0x0F, 0x30}, "wrmsr"},
               {{0x0F, 0x0B}, "ud2"},
               {{0xD6}, "salc"},
               {{0xF1}, "int1"},
               {{0xC8, 0x10, 0x00, 0x02}, "enter 0x10, 0x02"},
               {{0x62, 0x0B}, "bound ecx, qword ptr [ebx]"},
               {{0xD9, 0x3B}, "fnstcw [ebx]"}};
  for (const auto& c : cases) {
    EXPECT_EQ(disassemble(c.bytes, true, 0), c.text);
  }
}

}  // namespace
}  // namespace strata
