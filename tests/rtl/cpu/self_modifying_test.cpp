// Code that changes code: what has been written is what is executed, from the next instruction on.
// "The check
// ... is based on the physical address of the instruction" (SDM vol. 3, 11.6), and no processor the
// CPU can be executes stale bytes here.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/rtl/cpu/paged_rig.h"
#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kCode = RealModeRig::kCode;
constexpr std::uint8_t kNop = 0x90;
constexpr std::uint8_t kIncAx = 0x40;
constexpr std::uint8_t kIncBx = 0x43;
constexpr std::uint8_t kHlt = 0xF4;

using Code = std::vector<std::uint8_t>;

/// Where the next byte goes.
std::uint32_t put(RealModeRig& rig, std::uint32_t at, const Code& bytes) {
  for (std::uint8_t byte : bytes) {
    rig.set_word(at, static_cast<std::uint16_t>(byte | (rig.word(at) & 0xFF00)));
    ++at;
  }
  return at;
}

std::uint32_t low(RealModeRig& rig, unsigned reg) {
  return rig.bench().state().gpr[reg] & 0xFFFF;
}

TEST(CpuSelfModifying, NextInstructionIsTheNewOneOnEveryProcessor) {
  for (const CpuFamily family : {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586}) {
    // MOV byte [0405], INC BX
    RealModeRig rig({0xC6, 0x06, 0x05, 0x04, kIncBx, kIncAx, kHlt}, family);
    rig.run();
    EXPECT_EQ(low(rig, kEax), 0u) << static_cast<int>(family);
    EXPECT_EQ(low(rig, kEbx), 1u) << static_cast<int>(family);
  }
}

/// In execute, memory stage, decode, queue, and a burst that is under way.
TEST(CpuSelfModifying, WhereverTheOldByteIs) {
  for (unsigned latency = 1; latency <= 4; ++latency) {
    for (std::uint32_t distance = 0; distance < 80; ++distance) {
      const std::uint32_t target = kCode + 0x25 + distance;
      // NOPs for a full queue, MOV byte [target], INC BX
      RealModeRig rig({});
      std::uint32_t at = put(rig, kCode, Code(0x20, kNop));
      at = put(rig, at,
               {0xC6, 0x06, static_cast<std::uint8_t>(target),
                static_cast<std::uint8_t>(target >> 8), kIncBx});
      at = put(rig, at, Code(distance, kNop));
      put(rig, at, {kIncAx, kHlt});
      rig.bench().set_latency(latency);
      rig.run();
      EXPECT_EQ(low(rig, kEax), 0u) << distance << ", " << latency;
      EXPECT_EQ(low(rig, kEbx), 1u) << distance << ", " << latency;
    }
  }
}

/// The part of a store that lies in the next line of the fetches, or in the next page.
TEST(CpuSelfModifying, SecondPartOfAStore) {
  for (const std::uint32_t target : {kCode + 0x0C, kCode + 0x10, kCode + 0x20, 0x1000u}) {
    for (std::uint32_t before = 1; before < 4; ++before) {
      // MOV dword [target - before]: the last bytes of itself, and INC BX
      const std::uint32_t address = target - before;
      Code code{0x66,
                0xC7,
                0x06,
                static_cast<std::uint8_t>(address),
                static_cast<std::uint8_t>(address >> 8),
                kNop,
                kNop,
                kNop,
                kNop};
      code[5 + before] = kIncBx;
      RealModeRig rig({});
      put(rig, put(rig, target - 9, code), {kIncAx, kHlt, kHlt, kHlt});
      rig.initial().eip = target - 9;
      rig.run();
      EXPECT_EQ(low(rig, kEax), 0u) << std::hex << target << ", " << before;
      EXPECT_EQ(low(rig, kEbx), 1u) << std::hex << target << ", " << before;
    }
  }
}

struct Store {
  std::string name;
  Code code;
  std::uint32_t sp = 0;  // if not 0, from the next instruction on
};

/// Everything that writes memory, in execute and in microcode: it stores over INC DX.
TEST(CpuSelfModifying, ByEveryKindOfStore) {
  const Store stores[] = {{"mov", {0x88, 0x05}},
                          {"add", {0x00, 0x05}},
                          {"xchg", {0x86, 0x05}},
                          {"setnc", {0x0F, 0x93, 0x05}},
                          {"push", {0x50}, 2},
                          {"pusha", {0x60}, 16},
                          {"pushf", {0x9C}, 2},
                          {"pop", {0x8F, 0x05}},
                          {"enter", {0xC8, 0x00, 0x00, 0x00}, 2},
                          {"stosb", {0xAA}},
                          {"movsb", {0xA4}},
                          {"insb", {0x6C}},
                          {"sgdt", {0x0F, 0x01, 0x05}},
                          {"bts", {0x0F, 0xAB, 0x0D}},
                          {"cmpxchg8b", {0x0F, 0xC7, 0x0D}}};
  for (const Store& store : stores) {
    // Which bytes depends on the instruction; none of them changes DX, which a stale INC DX would.
    RealModeRig rig({});
    constexpr std::uint8_t kIncDx = 0x42;
    const std::uint32_t next = put(rig, put(rig, kCode, Code(0x10, kNop)), store.code);
    put(rig, put(rig, next, {kIncDx}), Code(24, kHlt));
    rig.initial().gpr[kEax] = kIncBx;
    rig.initial().gpr[kEdi] = next;
    rig.initial().gpr[kEsi] = 0x500;
    rig.initial().gpr[kEsp] = store.sp != 0 ? next + store.sp : 0x8000;
    rig.set_word(0x8000, kIncBx);
    rig.set_word(0x500, kIncBx);
    if (store.name == "cmpxchg8b") {  // stores ECX:EBX where EDX:EAX is
      rig.initial().gpr[kEax] = 0xF4F4F442;
      rig.initial().gpr[kEdx] = 0xF4F4F4F4;
    }
    rig.run();
    ASSERT_NE(rig.word(next) & 0xFF, kIncDx) << store.name;
    EXPECT_EQ(low(rig, kEdx), rig.initial().gpr[kEdx] & 0xFFFF) << store.name;
  }
}

/// The old instruction would have read a device: it never gets that far.
TEST(CpuSelfModifying, OldInstructionHasNoEffect) {
  for (const bool microcoded : {false, true}) {
    // MOV [DI], AL or STOSB; MOV AX, DS:[0], which becomes MOV AX, 0
    RealModeRig rig(
        {kNop, kNop, kNop, kNop, kNop, kNop, kNop, kNop, 0x26, 0x88, 0x05, 0xA1, 0x00, 0x00, kHlt});
    if (microcoded) put(rig, kCode + 8, {kNop, kNop, 0xAA});
    rig.initial().gpr[kEax] = 0xB8;
    rig.initial().gpr[kEdi] = kCode + 11;
    rig.initial().seg[kDs].base = RealModeRig::kDevice;
    rig.run();
    EXPECT_EQ(rig.log(), "");
    EXPECT_EQ(low(rig, kEax), 0u);
  }
}

TEST(CpuSelfModifying, RepeatedStoreWritesTheFollowingCode) {
  RealModeRig rig({0xF3, 0xAA});  // REP STOSB
  rig.set_word(kCode + 22, kHlt);
  rig.initial().gpr[kEax] = kIncBx;
  rig.initial().gpr[kEcx] = 20;
  rig.initial().gpr[kEdi] = kCode + 2;
  rig.run();
  EXPECT_EQ(low(rig, kEbx), 20u);
}

/// Repeated string instructions may be left between iterations (SDM vol. 2, REP), here to execute
/// what is at EIP then: INC BX, and STOSB without its prefix.
TEST(CpuSelfModifying, RepeatedStoreOverItself) {
  RealModeRig rig({0xF3, 0xAA, kHlt});
  rig.initial().gpr[kEax] = kIncBx;
  rig.initial().gpr[kEcx] = 20;
  rig.initial().gpr[kEdi] = kCode;
  rig.run();
  EXPECT_EQ(low(rig, kEbx), 1u);
  EXPECT_EQ(low(rig, kEcx), 19u);
  EXPECT_EQ(low(rig, kEdi), kCode + 2);
}

/// An interrupt that waits comes before the new instruction, and it returns to it.
TEST(CpuSelfModifying, InterruptBetween) {
  for (unsigned clocks = 0; clocks < 60; ++clocks) {
    RealModeRig rig({kNop, kNop, kNop, kNop, 0xC6, 0x06, 0x09, 0x04, kIncBx, kIncAx, kHlt});
    rig.initial().eflags |= eflags::kIf;
    rig.run_with_interrupt(clocks);
    EXPECT_EQ(low(rig, kEax), 0u) << clocks;
    EXPECT_EQ(low(rig, kEbx), 1u) << clocks;
  }
}

TEST(CpuSelfModifying, ThroughAnotherLinearAddress) {
  // MOV byte [kData + 7], INC EBX
  PagedRig rig({0xC6, 0x05, 0x07, 0x00, 0x40, 0x00, kIncBx, kIncAx, kHlt});
  rig.map(PagedRig::kData, PagedRig::kCode | kP | kW);
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 0u);
  EXPECT_EQ(rig.state().gpr[kEbx], 1u);
}

/// The two pages of one store are anywhere; the second is that of the next instruction.
TEST(CpuSelfModifying, AcrossPagesThroughAnotherLinearAddress) {
  PagedRig rig({kIncAx, kHlt});
  // MOV dword [kData + FFE], FF FF INC EBX HLT
  rig.put(PagedRig::kCode - 10, {0xC7, 0x05, 0xFE, 0x0F, 0x40, 0x00, 0xFF, 0xFF, kIncBx, kHlt});
  rig.map(PagedRig::kData, PagedRig::kFrame | kP | kW);
  rig.map(PagedRig::kData + 0x1000, PagedRig::kCode | kP | kW);
  // From there, so that the second page is fetched from as soon as there is room.
  rig.put(PagedRig::kCode + 0x10, {0xEB, 0xE4});  // JMP to the MOV
  rig.initial().eip = PagedRig::kCode + 0x10;
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 0u);
  EXPECT_EQ(rig.state().gpr[kEbx], 1u);
}

/// The walk of a load sets the accessed bit of a page table entry that is also the next
/// instruction.
TEST(CpuSelfModifying, ByAPageWalk) {
  PagedRig rig({});
  const std::uint32_t entry = PagedRig::entry_at(PagedRig::kData + 0x10000);
  rig.put(entry - 6, {0x8B, 0x1D, 0x00, 0x00, 0x41, 0x00});  // MOV EBX, [kData + 10000]
  // ADD EAX, ECX, which the bit makes an AND; ADD EAX, 0; HLT
  rig.put(entry, {0x03, 0xC1, 0x05, 0x00, 0x00, 0x00, 0x00, kHlt});
  rig.initial().eip = entry - 6;
  rig.initial().gpr[kEax] = 1;
  rig.initial().gpr[kEcx] = 2;
  rig.run();
  EXPECT_EQ(rig.get(entry), 0x0005C103u | kA);
  EXPECT_EQ(rig.state().gpr[kEax], 0u);
}

/// Loading a segment register sets the accessed bit of a descriptor whose byte 5 is the next
/// instruction: XCHG EAX, EDX (92) becomes XCHG EAX, EBX.
TEST(CpuSelfModifying, ByADescriptorsAccessedBit) {
  PagedRig rig({});
  constexpr std::uint32_t kDescriptor = PagedRig::kGdt + 6 * 8;
  // Limit 9090; base 8E90, of which MOV DS, AX is a part; access 92; DEC EDI; HLT
  rig.put(kDescriptor, {0x90, 0x90, 0x90, 0x8E, 0xD8, 0x92, 0x4F, kHlt});
  rig.initial().gdtr.limit = 7 * 8 - 1;
  rig.initial().eip = kDescriptor;
  rig.initial().gpr[kEax] = 0x30;
  rig.initial().gpr[kEdx] = 2;
  rig.initial().gpr[kEbx] = 3;
  rig.run();
  EXPECT_EQ(rig.exception(), "none");
  EXPECT_EQ(rig.state().gpr[kEax], 3u);
  EXPECT_EQ(rig.state().gpr[kEdx], 2u);
}

/// LTR sets the busy bit: MOV EBX, EAX (89 C3) becomes MOV EAX, EBX.
TEST(CpuSelfModifying, ByATaskStateSegmentsBusyBit) {
  PagedRig rig({});
  constexpr std::uint32_t kDescriptor = PagedRig::kGdt + 6 * 8;
  // Limit 390F0 pages; the base has LTR AX; available TSS; flags and limit C3; HLT
  rig.put(kDescriptor, {0x90, 0x90, 0x0F, 0x00, 0xD8, 0x89, 0xC3, kHlt});
  rig.initial().gdtr.limit = 7 * 8 - 1;
  rig.initial().eip = kDescriptor;
  rig.initial().gpr[kEax] = 0x30;
  rig.initial().gpr[kEbx] = 3;
  rig.run();
  EXPECT_EQ(rig.exception(), "none");
  EXPECT_EQ(rig.state().gpr[kEax], 3u);
}

/// What the old bytes would have raised in decode: #UD, and #GP for 16 bytes.
TEST(CpuSelfModifying, OldInstructionDoesNotFault) {
  for (const bool too_long : {false, true}) {
    for (unsigned latency = 1; latency <= 4; ++latency) {
      RealModeRig rig({});
      std::uint32_t at = put(rig, kCode, Code(0x20, kNop));
      // MOV word [target], NOP and INC BX
      const std::uint32_t target = at + 6;
      at = put(rig, at,
               {0xC7, 0x06, static_cast<std::uint8_t>(target),
                static_cast<std::uint8_t>(target >> 8), kNop, kIncBx});
      put(rig, put(rig, at, too_long ? Code(16, 0x3E) : Code{0x0F, 0x0B}), {kHlt});
      rig.bench().set_latency(latency);
      if (too_long) rig.set_word(target + 2, kHlt);
      rig.run();
      EXPECT_TRUE(rig.exceptions().empty()) << too_long << ", " << latency;
      EXPECT_EQ(low(rig, kEbx), 1u) << too_long << ", " << latency;
    }
  }
}

/// Another master's store, known to be in memory after `clocks`: what is executed from the second
/// instruction on after that is the new code. (SDM vol. 3, 11.6: a write that affects a prefetched
/// instruction invalidates the queue; 8.1.3 leaves open which instruction is the first.)
TEST(CpuSelfModifying, StoresOfOtherMastersInvalidateWhatWasFetched) {
  constexpr unsigned kSlides = 24;
  for (unsigned clocks = 1; clocks < 60; ++clocks) {
    RealModeRig rig({});
    std::uint32_t at = put(rig, kCode, Code(kSlides, kIncAx));
    put(rig, at, {kHlt});
    CpuBench& bench = rig.bench();
    bench.load(rig.initial());
    while (bench.clocks() < clocks) bench.clock();
    const std::uint32_t next = bench.state().eip;
    put(rig, kCode, Code(kSlides, kIncBx));
    for (std::uint32_t line = kCode; line <= at; line += 16) {
      bench.cpu().snoop(line);
      bench.clock();
    }
    for (unsigned n = 0; n < 2000 && !bench.cpu().idle(); ++n) bench.clock();
    // Those before the store, one more a line told, and one that the request overtakes.
    const std::uint32_t done = next - kCode;
    EXPECT_LE(low(rig, kEax), done + 4) << clocks;
    EXPECT_EQ(low(rig, kEax) + low(rig, kEbx), kSlides) << clocks;
  }
}

/// Code that is being executed is thrown out in any clock: what reads a device has read it once.
TEST(CpuSelfModifying, StoresOfOtherMastersReadNoDeviceTwice) {
  unsigned clocks = 1;
  std::string expected;
  for (unsigned other = 0; other < clocks; ++other) {
    // mov al,es:[4]; inc cx; add al,es:[8]; mov dl,es:[0C]; hlt
    RealModeRig rig({0x26, 0xA0, 0x04, 0x00, 0x41, 0x26, 0x02, 0x06, 0x08, 0x00, 0x26, 0x8A, 0x16,
                     0x0C, 0x00, 0xF4});
    rig.initial().seg[kEs].base = RealModeRig::kDevice;
    CpuBench& bench = rig.bench();
    bench.load(rig.initial());
    for (clocks = 0; clocks < 2000 && !bench.cpu().idle(); ++clocks) {
      if (clocks == other && other != 0) bench.cpu().snoop(kCode);
      bench.clock();
    }
    ASSERT_LT(clocks, 2000u);
    if (other == 0) expected = rig.log();
    EXPECT_EQ(rig.log(), expected) << "in clock " << other;
  }
  EXPECT_EQ(expected, "r mem a0004/1;r mem a0008/1;r mem a000c/1;");
}

}  // namespace
}  // namespace strata::test
