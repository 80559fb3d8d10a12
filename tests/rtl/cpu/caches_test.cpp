// The caches and the predictor change when things happen, and nothing else: what is executed is the
// same with and without them, other masters' stores are seen, ROM stays as it is, and nothing is
// read for code that is only predicted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

constexpr unsigned kMostClocks = 20000;

/// What retires, and in how many clocks.
struct Story {
  std::vector<std::uint32_t> retired;  // EIP, where it goes on and EFLAGS
  unsigned clocks = 0;
};

Story story_of(RealModeRig& rig) {
  CpuBench& bench = rig.bench();
  bench.load(rig.initial());
  Story story;
  for (; story.clocks < kMostClocks && !bench.cpu().idle(); ++story.clocks) {
    if (!bench.clock()) continue;
    const RetireRecord& record = bench.record();
    story.retired.insert(story.retired.end(), {record.eip, record.next_eip, record.eflags});
  }
  return story;
}

// i486 Microprocessor Programmer's Reference Manual, 12.1: CR0.CD disables the cache.
TEST(CpuCaches, WithoutThemTheSameRetires) {
  const std::initializer_list<std::uint8_t> code = {
      0xB9, 0x20, 0x00,              // mov cx,20h
      0xBF, 0x00, 0x10,              // mov di,1000h
      0xE8, 0x05, 0x00,              // again: call sum
      0xE2, 0xFB,                    // loop again
      0xF4,                          // hlt
      0x90, 0x90,                    //
      0x01, 0x0D, 0x47, 0x47,        // sum: add [di],cx; inc di; inc di
      0x03, 0x45, 0xFE, 0x89, 0x05,  // add ax,[di-2]; mov [di],ax
      0x57, 0x5B,                    // push di; pop bx
      0xF6, 0xC1, 0x01, 0x74, 0x01,  // test cl,1; jz over
      0x40, 0xC3};                   // inc ax; over: ret
  RealModeRig cached(code);
  RealModeRig uncached(code);
  uncached.initial().cr0 |= cr0::kCd;
  const Story with = story_of(cached);
  const Story without = story_of(uncached);
  EXPECT_GT(with.retired.size(), 3u * 300);
  EXPECT_EQ(with.retired, without.retired);
  EXPECT_EQ(cached.bench().state().gpr, uncached.bench().state().gpr);
  EXPECT_LT(3 * with.clocks, without.clocks);
}

/// MOV AL, [1000]; TEST AL, AL; JZ back; HLT
constexpr auto kWaitForAByte = {std::uint8_t{0xA0}, std::uint8_t{0x00}, std::uint8_t{0x10},
                                std::uint8_t{0x84}, std::uint8_t{0xC0}, std::uint8_t{0x74},
                                std::uint8_t{0xF9}, std::uint8_t{0xF4}};

/// Whether the loop ends when another master stores what it waits for, `told` or not.
bool ends(RealModeRig& rig, bool told) {
  CpuBench& bench = rig.bench();
  bench.load(rig.initial());
  for (unsigned n = 0; n < 500; ++n) bench.clock();
  rig.set_word(0x1000, 1);
  if (told) bench.cpu().snoop(0x1000);
  for (unsigned n = 0; n < 500 && !bench.cpu().idle(); ++n) bench.clock();
  return bench.cpu().idle();
}

TEST(CpuCaches, AnotherMastersStoreThrowsTheLineOut) {
  RealModeRig told(kWaitForAByte);
  EXPECT_TRUE(ends(told, true));
  // The bus tells the CPU always; here it shows that the loop reads its cache.
  RealModeRig not_told(kWaitForAByte);
  EXPECT_FALSE(ends(not_told, false));
  RealModeRig uncached(kWaitForAByte);
  uncached.initial().cr0 |= cr0::kCd;
  EXPECT_TRUE(ends(uncached, false));
}

// SDM vol. 2, INVD and WBINVD: the caches are flushed.
TEST(CpuCaches, InvdAndWbinvdEmptyThem) {
  for (const std::uint8_t opcode : {std::uint8_t{0x08}, std::uint8_t{0x09}}) {
    // The same loop with the instruction in it.
    RealModeRig rig({0x0F, opcode, 0xA0, 0x00, 0x10, 0x84, 0xC0, 0x74, 0xF7, 0xF4});
    EXPECT_TRUE(ends(rig, false)) << unsigned{opcode};
  }
}

/// ROM is cached, and what is stored into it is lost, whether its line is there or not.
TEST(CpuCaches, RomStaysAsItIs) {
  std::vector<std::uint8_t> ram(0x10000);
  std::vector<std::uint8_t> rom(0x10000, 0x55);
  // mov ax,[10]; mov [10],cx; mov bx,[10]; mov [200],cx; mov dx,[200]; hlt, in the ROM
  const std::uint8_t code[] = {0xA1, 0x10, 0x00, 0x89, 0x0E, 0x10, 0x00, 0x8B, 0x1E, 0x10,
                               0x00, 0x89, 0x0E, 0x00, 0x02, 0x8B, 0x16, 0x00, 0x02, 0xF4};
  std::ranges::copy(code, rom.begin() + 0x400);
  const MemoryRegion regions[] = {
      {.base = 0, .size = ram.size(), .host = ram.data()},
      {.base = 0xF0000, .size = rom.size(), .host = rom.data(), .writable = false}};
  NoDevice nothing;
  CpuBench bench(regions, nothing);
  CpuState initial = CpuState::reset();
  initial.seg[kCs].base = initial.seg[kDs].base = 0xF0000;
  initial.eip = 0x400;
  initial.gpr[kEcx] = 0x1234;
  bench.load(initial);
  for (unsigned n = 0; n < kMostClocks && !bench.cpu().idle(); ++n) bench.clock();
  EXPECT_EQ(bench.state().gpr[kEax], 0x5555u);
  EXPECT_EQ(bench.state().gpr[kEbx], 0x5555u);
  EXPECT_EQ(bench.state().gpr[kEdx] & 0xFFFF, 0x5555u);
  EXPECT_TRUE(std::ranges::all_of(rom.begin(), rom.begin() + 0x400,
                                  [](std::uint8_t byte) { return byte == 0x55; }));
}

/// A loop of two rounds that stores into two lines, seven other words before `last`, of `opcode`,
/// with `before` among them, and reads the word at 1000.
struct BufferedRead {
  std::uint8_t before = 0x08;
  std::uint8_t opcode = 0x89;  // a word
  std::uint8_t last = 0x00;
  unsigned expected = 0;
};

/// The word's line leaves the cache in each clock of the loop once, as another master stores there
/// what it finds.
void expect_read(const BufferedRead& read, unsigned latency) {
  unsigned clocks = 1;
  for (unsigned other = 0; other < clocks; ++other) {
    RealModeRig rig(
        {0xB9, 0x02, 0x00,                                              // mov cx,2
         0xA1, 0x00, 0x10, 0xA1, 0x10,        0x10,                     // again: mov ax,[1000]
         0x89, 0x1E, 0x10, 0x10, 0x89,        0x1E, 0x14,        0x10,  // mov [1010],bx; ...
         0x89, 0x1E, 0x18, 0x10, 0x89,        0x1E, 0x1C,        0x10,  //
         0x89, 0x1E, 0x04, 0x10, 0x89,        0x1E, read.before, 0x10,  //
         0x89, 0x1E, 0x0C, 0x10, read.opcode, 0x1E, read.last,   0x10,
         0x90, 0x90, 0x90, 0x90, 0x8B,        0x16, 0x00,        0x10,  // nop x4; mov dx,[1000]
         0x43, 0xE2, 0xCF, 0xF4});                                      // inc bx; loop again
    rig.set_word(0x1000, 0xABCD);
    rig.initial().gpr[kEbx] = 0x1234;
    CpuBench& bench = rig.bench();
    bench.set_latency(latency);
    bench.load(rig.initial());
    for (clocks = 0; clocks < kMostClocks && !bench.cpu().idle(); ++clocks) {
      if (clocks == other) bench.cpu().snoop(0x1000);
      bench.clock();
    }
    ASSERT_LT(clocks, kMostClocks);
    EXPECT_EQ(bench.state().gpr[kEdx] & 0xFFFF, read.expected)
        << "in clock " << other << ", latency " << latency;
  }
}

// A read finds what waits in the store buffer though its line has left the cache. Of less than is
// read the rest is in memory, or in an older store, which may be the next to go or the last but
// one.
TEST(CpuCaches, ReadsFindWhatTheStoreBufferHolds) {
  constexpr std::uint8_t kByte = 0x88;
  for (const unsigned latency : {1u, 6u}) {
    expect_read({.expected = 0x1235}, latency);
    expect_read({.opcode = kByte, .expected = 0xAB35}, latency);
    expect_read({.opcode = kByte, .last = 0x01, .expected = 0x35CD}, latency);
    expect_read({.before = 0x00, .opcode = kByte, .expected = 0x1235}, latency);
    expect_read({.before = 0x00, .opcode = kByte, .last = 0x01, .expected = 0x3535}, latency);
  }
}

// Right behind a store, of any of the bytes it stores and of others of its doubleword.
TEST(CpuCaches, ReadsRightBehindAStoreFindIt) {
  constexpr std::uint32_t kBefore = 0x44332211;
  constexpr std::uint32_t kStored = 0xDDCCBBAA;
  for (std::uint8_t store = 0; store < 4; ++store) {   // at this byte
    for (const unsigned bytes : {1u, 2u, 4u}) {        // so many
      for (std::uint8_t load = 0; load < 4; ++load) {  // a byte is read from there
        RealModeRig rig({0xA0, 0x00, 0x10,             // mov al,[1000]
                         bytes == 4 ? std::uint8_t{0x66} : std::uint8_t{0x90},
                         bytes == 1 ? std::uint8_t{0x88} : std::uint8_t{0x89}, 0x1E, store, 0x10,
                         0x8A, 0x16, load, 0x10,  // mov dl,[1000 + load]
                         0xF4});
        rig.set_word(0x1000, kBefore & 0xFFFF);
        rig.set_word(0x1002, kBefore >> 16);
        rig.initial().gpr[kEbx] = kStored;
        rig.run();
        const unsigned at = load - store;
        const std::uint32_t expected = at < bytes ? kStored >> (8 * at) : kBefore >> (8 * load);
        EXPECT_EQ(rig.bench().state().gpr[kEdx] & 0xFF, expected & 0xFF)
            << bytes << " bytes at " << unsigned{store} << ", read at " << unsigned{load};
      }
    }
  }
}

/// Nothing behind RAM is read while code runs right below it, nor where a return is predicted to go
/// and does not.
TEST(CpuCaches, NothingIsReadAhead) {
  constexpr std::uint32_t kRamEnd = 0x10000;
  RealModeRig rig({});
  const std::uint8_t below[] = {0x41, 0x41, 0x81, 0xF9, 0x40, 0x00, 0x75, 0xF8, 0xF4};
  for (std::uint32_t n = 0; n < std::size(below); n += 2) {
    const std::uint8_t next = n + 1 < std::size(below) ? below[n + 1] : 0xF4;
    rig.set_word(kRamEnd - 10 + n, static_cast<std::uint16_t>(below[n] | next << 8));
  }
  rig.initial().eip = kRamEnd - 10;
  CpuBench& bench = rig.bench();
  bench.load(rig.initial());
  bool beyond = false;
  unsigned clocks = 0;
  for (; clocks < kMostClocks && !bench.cpu().idle(); ++clocks) {
    bench.clock();
    beyond |= bench.cpu().strobe() && bench.cpu().request().adr >= kRamEnd;
  }
  EXPECT_LT(clocks, kMostClocks);
  EXPECT_EQ(bench.state().gpr[kEcx] & 0xFFFF, 0x40u);
  EXPECT_FALSE(beyond);
}

}  // namespace
}  // namespace strata::test
