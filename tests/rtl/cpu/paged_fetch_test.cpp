// Instruction fetch through the paging unit (SDM vol. 3, 4.6-4.8; vol. 2, 2.3.11): pages are
// touched by the instructions that are executed, byte by byte, and by nothing else.
#include <gtest/gtest.h>

#include "tests/rtl/cpu/paged_rig.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kPage = PagedRig::kData;  // of the code under test
constexpr std::uint32_t kFrame = PagedRig::kFrame;
constexpr std::uint32_t kNext = kPage + 0x1000;
constexpr std::uint32_t kNextFrame = kFrame + 0x7000;

/// Starts `before` bytes before the end of kPage, which is mapped.
struct AtPageEnd {
  AtPageEnd(std::initializer_list<std::uint8_t> low, std::initializer_list<std::uint8_t> high)
      : rig({}) {
    const auto before = static_cast<std::uint32_t>(low.size());
    rig.put(kFrame + 0x1000 - before, low);
    rig.put(kNextFrame, high);
    rig.map(kPage, kFrame | kP | kU);
    rig.initial().eip = kNext - before;
  }
  PagedRig rig;
};

TEST(CpuPagedFetch, CodeIsTakenFromItsFrames) {
  AtPageEnd at({0x40, 0xB8, 0x78, 0x56}, {0x34, 0x12, 0xF4});  // INC EAX; MOV EAX, 12345678; HLT
  at.rig.map(kNext, kNextFrame | kP);
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "none");
  EXPECT_EQ(at.rig.state().gpr[kEax], 0x12345678u);
  EXPECT_EQ(at.rig.entry(kPage), kFrame | kP | kU | kA);
  EXPECT_EQ(at.rig.entry(kNext), kNextFrame | kP | kA);
  EXPECT_EQ(at.rig.walks(), "rd r0 wd w0 rd r1 w1 ");
}

TEST(CpuPagedFetch, PrefetchDoesNotTouchThePageBehind) {
  AtPageEnd at({0x40, 0xF4}, {});  // INC EAX; HLT
  at.rig.map(kNext, kNextFrame | kP);
  at.rig.run();
  EXPECT_EQ(at.rig.entry(kNext), kNextFrame | kP);
}

TEST(CpuPagedFetch, JumpInTheLastBytesLeavesThePageBehindAlone) {
  AtPageEnd at({0x40, 0xEB, 0xF0}, {});  // INC EAX; JMP 13 bytes back
  at.rig.put(kFrame + 0xFF0, {0xF4});
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "none");
}

TEST(CpuPagedFetch, MissingPageFaultsAtItsFirstByte) {
  AtPageEnd at({0x40, 0xB8, 0x78, 0x56}, {});
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "14(0)");
  EXPECT_EQ(at.rig.state().cr2, kNext);
  EXPECT_EQ(at.rig.state().gpr[kEax], 1u);
  const std::uint32_t esp = at.rig.state().gpr[kEsp];
  EXPECT_EQ(at.rig.get(esp + 4), kNext - 3);  // EIP of the instruction
}

TEST(CpuPagedFetch, JumpToAMissingPageFaultsAtItsTarget) {
  PagedRig rig({0xE9, 0x10, 0x00, 0x3D, 0x00});  // JMP kData + 15
  rig.run();
  EXPECT_EQ(rig.exception(), "14(0)");
  EXPECT_EQ(rig.state().cr2, kPage + 0x15);
  EXPECT_EQ(rig.get(rig.state().gpr[kEsp] + 4), kPage + 0x15);
}

TEST(CpuPagedFetch, Level3DoesNotExecuteSupervisorPages) {
  AtPageEnd at({0x40}, {0xF4});
  at.rig.use_level_3();
  at.rig.map(kNext, kNextFrame | kP | kA);
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "14(5)");
  EXPECT_EQ(at.rig.state().cr2, kNext);
}

TEST(CpuPagedFetch, HandlerMayMapThePageAndReturn) {
  AtPageEnd at({0x40, 0xB8, 0x78, 0x56}, {0x34, 0x12, 0xF4});
  // POP EAX (error code); MOV [entry of kNext], EBX; IRETD
  at.rig.put(PagedRig::kHandler, {0x58, 0x89, 0x1D, 4, 0x20, 0x01, 0, 0xCF});
  at.rig.initial().gpr[kEbx] = kNextFrame | kP;
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "14(0)");
  at.rig.go_on();
  EXPECT_EQ(at.rig.state().gpr[kEax], 0x12345678u);
}

/// A byte beyond the limit of CS is #GP before its page is looked at.
TEST(CpuPagedFetch, LimitComesBeforeThePage) {
  AtPageEnd at({0x40, 0xB8, 0x78, 0x56}, {});
  at.rig.initial().seg[kCs].limit = kNext - 1;
  at.rig.initial().seg[kCs].attributes &= ~attr::kGranularity;
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "13(0)");
}

TEST(CpuPagedFetch, PageComesBeforeALaterLimit) {
  AtPageEnd at({0x40, 0xB8, 0x78, 0x56}, {});
  at.rig.initial().seg[kCs].limit = kNext;
  at.rig.initial().seg[kCs].attributes &= ~attr::kGranularity;
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "14(0)");
}

TEST(CpuPagedFetch, FifteenPrefixesAreTooLongWhateverThePageBehind) {
  AtPageEnd at(
      {0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66},
      {});
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "13(0)");
}

TEST(CpuPagedFetch, FourteenPrefixesWaitForAByteMore) {
  AtPageEnd at({0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66},
               {});
  at.rig.run();
  EXPECT_EQ(at.rig.exception(), "14(0)");
}

/// The page of an instruction is walked when it is the next to be executed, and then it is executed
/// before an interrupt is taken.
TEST(CpuPagedFetch, WalkedFetchIsNotInterrupted) {
  bool before = false;
  bool after = false;
  for (unsigned clocks = 0; clocks < 150; ++clocks) {
    // STI; NOP; NOP | NOP; CLI; HLT. The handler: MOV EBX, [entry of kNext]; HLT
    AtPageEnd at({0xFB, 0x90, 0x90}, {0x90, 0x90, 0xFA, 0xF4});
    at.rig.put(PagedRig::kHandler, {0x8B, 0x1D, 4, 0x20, 0x01, 0, 0xF4});
    at.rig.map(kNext, kNextFrame | kP);
    at.rig.run_with_interrupt(clocks);
    const std::uint32_t esp = at.rig.state().gpr[kEsp];
    if (esp == PagedRig::kStackTop) continue;  // not taken
    EXPECT_EQ((at.rig.state().gpr[kEbx] & kA) != 0, at.rig.get(esp) > kNext)
        << "interrupt after " << clocks;
    before |= at.rig.get(esp) == kNext;
    after |= at.rig.get(esp) > kNext;
  }
  EXPECT_TRUE(before);
  EXPECT_TRUE(after);
}

}  // namespace
}  // namespace strata::test
