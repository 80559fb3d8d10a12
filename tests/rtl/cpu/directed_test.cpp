// Rules of the manuals the random programs found broken, or seldom meet.
#include <gtest/gtest.h>

#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

using Vectors = std::vector<std::uint8_t>;

/// "When a fault is reported, the processor restores the machine state to the state prior to the
/// beginning of execution of the faulting instruction" (SDM vol. 3, 6.5).
TEST(CpuFaults, FarCallWithRoomForOneOfTwoWordsWritesNeither) {
  RealModeRig rig({0x9A, 0x00, 0x07, 0x00, 0x00});  // CALL 0000:0700
  rig.initial().seg[kSs].base = 0x1000;
  rig.initial().seg[kSs].limit = 3;
  rig.initial().gpr[kEsp] = 2;  // the first word is at 0, the second at FFFE
  rig.set_word(0x1000, 0xA5A5);
  rig.run();
  EXPECT_TRUE(rig.bench().cpu().shutdown());  // no room for any handler either
  EXPECT_EQ(rig.word(0x1000), 0xA5A5);
}

TEST(CpuFaults, FarCallPastTheCodeLimitLeavesTheStackAlone) {
  RealModeRig rig({0x66, 0x9A, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00});  // CALL 0000:00010000
  rig.set_word(0x7FF6, 0xA5A5);  // of the four words the call would write, below the exception's
  rig.run();
  EXPECT_EQ(rig.exceptions(), Vectors{vector::kGeneralProtection});
  EXPECT_EQ(rig.word(0x7FF6), 0xA5A5);
  EXPECT_EQ(rig.word(0x7FFA), RealModeRig::kCode);
}

TEST(CpuFaults, PushaWithoutRoomForAllWritesNothing) {
  RealModeRig rig({0x60});
  rig.initial().seg[kSs].limit = 0x7FFF;
  rig.initial().seg[kSs].base = 0x1000;
  rig.initial().gpr[kEsp] = 6;  // three words fit, the fourth is at FFFE
  rig.set_word(0x1000, 0xA5A5);
  rig.set_word(0x1004, 0xA5A5);
  rig.run();
  EXPECT_EQ(rig.word(0x1004), 0x0002);  // FLAGS of the exception, its first word
  EXPECT_EQ(rig.word(0x1000), RealModeRig::kCode);
  EXPECT_EQ(rig.exceptions(), Vectors{vector::kStackFault});
}

/// A far pointer is two items, and the second's address goes round (SDM vol. 1, 3.3.5).
TEST(CpuFaults, SelectorBehindFffeIsAtZero) {
  RealModeRig rig({0xC4, 0x07, 0xF4});  // LES AX, [BX]; HLT
  rig.initial().gpr[kEbx] = 0xFFFE;
  rig.initial().seg[kDs].base = 0x100;
  rig.initial().seg[kDs].selector = 0x10;
  rig.set_word(0x100, 0x1234);
  rig.run();
  EXPECT_EQ(rig.exceptions(), Vectors{});
  EXPECT_EQ(rig.bench().state().seg[kEs].selector, 0x1234u);
}

/// The D bit of CS's descriptor cache holds after CR0.PE is cleared, until CS is loaded (SDM vol.
/// 3, 9.9.2).
TEST(CpuModes, CodeSizeInRealModeIsThatOfTheDescriptorCache) {
  RealModeRig rig({0xB8, 0x78, 0x56, 0x34, 0x12, 0xF4});  // MOV EAX, 12345678
  rig.initial().seg[kCs].attributes |= attr::kBig;
  rig.run();
  EXPECT_EQ(rig.bench().state().gpr[kEax], 0x12345678u);
}

TEST(CpuModes, Cr3KeepsAll32Bits) {
  RealModeRig rig({0x0F, 0x22, 0xD8, 0x0F, 0x20, 0xDB, 0xF4});  // MOV CR3, EAX; MOV EBX, CR3
  rig.initial().gpr[kEax] = 0x12345678;
  rig.run();
  EXPECT_EQ(rig.bench().state().gpr[kEbx], 0x12345678u);
}

/// Nobody answers, reads float.
/// "DX contains the component identifier and revision number" (386 reference manual, 10.1.1; SDM
/// vol. 3, 9.1.2), and nothing else depends on the processor.
TEST(CpuReset, StateIsTheFamilys) {
  for (const CpuFamily family : {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586}) {
    NoDevice device;
    CpuBench bench({}, device, family);
    bench.clock();
    EXPECT_EQ(bench.state(), CpuState::reset(family));
    EXPECT_EQ(bench.state().gpr[kEdx] >> 8, static_cast<std::uint32_t>(family));
  }
}

/// Two loads of the same CPU: the second starts as if the first had never been.
/// Clocks of a loop with loads, stores and a port until HLT, and its state then.
std::pair<std::uint64_t, CpuState> run_to_idle(bool looking) {
  // mov cx,20; L: push cx; inc word [5000]; out 80h,al; pop ax; loop L; hlt
  RealModeRig rig(
      {0xB9, 0x20, 0x00, 0x51, 0xFF, 0x06, 0x00, 0x50, 0xE6, 0x80, 0x58, 0xE2, 0xF6, 0xF4});
  CpuBench& bench = rig.bench();
  bench.load(rig.initial());
  while (!bench.cpu().idle() && bench.clocks() < 10000) {
    bench.clock();
    if (looking) bench.cpu().look();
  }
  return {bench.clocks(), bench.cpu().look()};
}

TEST(CpuLooking, CostsNoCycleAndChangesNothing) {
  const auto unseen = run_to_idle(false);
  const auto seen = run_to_idle(true);
  EXPECT_LT(unseen.first, 10000u);
  EXPECT_EQ(unseen.second.eip, RealModeRig::kCode + 14);
  EXPECT_EQ(seen.first, unseen.first);
  EXPECT_EQ(seen.second, unseen.second);
}

// Shutdown too (SDM vol. 3, 6.15): the CPU comes to rest, so that its clock can stop.
TEST(CpuLooking, IdleComesWithAShutdown) {
  RealModeRig rig({0xCC});  // int3
  rig.initial().idtr.limit = 0;
  CpuBench& bench = rig.bench();
  bench.load(rig.initial());
  while (!bench.cpu().idle() && bench.clocks() < 1000) bench.clock();
  EXPECT_TRUE(bench.cpu().shutdown());
  EXPECT_LT(bench.clocks(), 1000u);
}

/// A bit offset in a register is a signed number of bits from the operand's address (SDM vol. 2,
/// BTS); in ESP right behind a push it is what the push has left.
TEST(CpuAddress, ABitOffsetInEspIsThatBehindAPush) {
  RealModeRig rig({0x50, 0x66, 0x0F, 0xAB, 0x26, 0x00, 0x10, 0xF4});  // PUSH AX; BTS [1000],ESP
  rig.initial().seg[kSs].attributes |= attr::kBig;
  rig.initial().gpr[kEsp] = 0x8060;  // afterwards 805E: bit 1E of the dword at 1000 + 4 * 402
  rig.run();
  EXPECT_EQ(rig.word(0x200A), 0x4000u);
  EXPECT_EQ(rig.word(0x200C), 0u);
}

// HLT with IF clear sleeps whatever the interrupt pin says.
TEST(CpuLooking, IdleComesWithAMaskedInterrupt) {
  RealModeRig rig({0xFA, 0xF4});  // cli; hlt
  CpuBench& bench = rig.bench();
  bench.load(rig.initial());
  bench.set_interrupt(true);
  while (!bench.cpu().idle() && bench.clocks() < 1000) bench.clock();
  EXPECT_LT(bench.clocks(), 1000u);
}

TEST(CpuLoad, IdleIsOverWithTheLoad) {
  RealModeRig rig({0x40, 0xF4});  // INC AX; HLT
  rig.run();
  rig.initial().gpr[kEax] = 5;
  rig.run();
  EXPECT_EQ(rig.bench().state().gpr[kEax], 6u);
}

}  // namespace
}  // namespace strata::test
