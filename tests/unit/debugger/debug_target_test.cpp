// A debugger's view of a guest: one test body, on every engine.
#include "tests/unit/debugger/debug_target_fixture.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kPlenty = 1000;

TEST_P(DebugTargetTest, StartsAtTheResetVector) {
  const CpuState state = target->registers();
  EXPECT_EQ(state.eip, 0xFFF0u);
  EXPECT_EQ(state.seg[kCs].base, 0xFFFF0000u);
}

TEST_P(DebugTargetTest, AStepIsOneInstruction) {
  const std::array<std::uint32_t, 8> expected = {kStart,     0x103, kStore,    kAfterStore,
                                                 kAfterLoad, 0x10B, kAfterOut, kStore};
  for (const std::uint32_t next : expected) {
    ASSERT_EQ(target->step(), DebugStop::kStepped);
    EXPECT_EQ(eip(), next);
  }
  EXPECT_EQ(target->registers().seg[kCs].base, kRomBase);
  EXPECT_EQ(reg(kEax), 0x1234);
  EXPECT_EQ(reg(kEcx), 0x1234);
  EXPECT_EQ(reg(kEbx), kData + 1);
}

TEST_P(DebugTargetTest, CodeBreakpointsStopBeforeTheInstruction) {
  const Breakpoint store{Breakpoint::Kind::kCode, kRomBase + kStore};
  target->add(store);
  for (std::uint32_t round = 0; round < 3; ++round) {
    ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
    EXPECT_EQ(target->hit(), store);
    EXPECT_EQ(eip(), kStore);
    EXPECT_EQ(reg(kEbx), kData + round);
  }
}

TEST_P(DebugTargetTest, WriteBreakpointsStopBehindTheStore) {
  const Breakpoint write{Breakpoint::Kind::kWrite, kData + 2, 2};
  target->add(write);
  // The word at 2001h is the first that touches 2002h.
  for (const std::uint32_t bx : {kData + 1, kData + 2, kData + 3}) {
    ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
    EXPECT_EQ(target->hit(), write);
    EXPECT_EQ(eip(), kAfterStore);
    EXPECT_EQ(reg(kEbx), bx);
  }
  EXPECT_EQ(target->run(kPlenty), DebugStop::kStepped) << "the loop has gone past";
}

TEST_P(DebugTargetTest, AccessBreakpointsStopBehindLoadsToo) {
  target->add({Breakpoint::Kind::kAccess, kData, 1});
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(eip(), kAfterStore);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(eip(), kAfterLoad);
  EXPECT_EQ(target->run(kPlenty), DebugStop::kStepped);
}

TEST_P(DebugTargetTest, PortBreakpointsStopBehindTheAccess) {
  const Breakpoint port{Breakpoint::Kind::kPort, 0x80, 1};
  target->add({Breakpoint::Kind::kPort, 0x84, 4});
  target->add(port);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(target->hit(), port);
  EXPECT_EQ(eip(), kAfterOut);
}

/// On a 386, with XADD [BX],AX in the place of the store.
class DebugTargetOf386 : public DebugTargetTest {
 protected:
  void SetUp() override {
    if (GetParam().ends_with("kvm")) GTEST_SKIP() << "KVM runs the host's processor";
    std::vector<std::uint8_t> rom = make_rom();
    constexpr std::array<std::uint8_t, 3> kXadd = {0x0F, 0xC1, 0x07};
    std::ranges::copy(kXadd, rom.begin() + kStore);
    start(std::move(rom), CpuFamily::k386);
  }
};

// SDM vol. 2, XADD: "IA-32 processors earlier than the Intel486 processor do not support this
// instruction"; #UD comes before its operand is touched.
TEST_P(DebugTargetOf386, WhatTheCpuDoesNotHaveTouchesNothing) {
  target->add({Breakpoint::Kind::kAccess, kData, 2});
  EXPECT_EQ(target->run(4), DebugStop::kStepped);
  EXPECT_FALSE(target->hit().has_value());
  EXPECT_EQ(eip(), 0u) << "vector 6 is all zeroes";
}

TEST_P(DebugTargetTest, MoreThanFourBreakpointsAtOnce) {
  for (std::uint32_t n = 0; n < 8; ++n) {
    target->add({Breakpoint::Kind::kWrite, 0x8000 + 4 * n, 4});
  }
  const Breakpoint ninth{Breakpoint::Kind::kWrite, kData, 1};
  target->add(ninth);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  EXPECT_EQ(target->hit(), ninth);
}

TEST_P(DebugTargetTest, ARemovedBreakpointIsNone) {
  const Breakpoint store{Breakpoint::Kind::kCode, kRomBase + kStore};
  target->add(store);
  EXPECT_TRUE(target->remove(store));
  EXPECT_FALSE(target->remove(store));
  EXPECT_EQ(target->run(20), DebugStop::kStepped);
  EXPECT_EQ(target->hit(), std::nullopt);
}

TEST_P(DebugTargetTest, TheGuestSeesNoDebugger) {
  target->add({Breakpoint::Kind::kWrite, kData, 1});
  target->add({Breakpoint::Kind::kPort, 0x80, 1});
  const CpuState before = target->registers();
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  ASSERT_EQ(target->run(kPlenty), DebugStop::kBreakpoint);
  const CpuState after = target->registers();
  EXPECT_EQ(after.dr, before.dr);
  EXPECT_EQ(after.cr4, before.cr4);
  EXPECT_EQ(after.eflags & eflags::kTf, 0u);
}

TEST_P(DebugTargetTest, MemoryIsReadAndWrittenByLinearAddress) {
  go_to_loop();
  std::array<std::uint8_t, 5> code{};
  EXPECT_EQ(target->read(0xFFFFFFF0, code), code.size());
  EXPECT_EQ(code, kResetCode);
  EXPECT_EQ(target->write(0xFFFFFFF0, code), 0u) << "ROM";
  constexpr std::array<std::uint8_t, 4> kBytes = {1, 2, 3, 4};
  EXPECT_EQ(target->write(kData + 1, kBytes), kBytes.size());
  ASSERT_EQ(target->step(), DebugStop::kStepped);  // 34h 12h at 2000h
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  std::array<std::uint8_t, 5> data{};
  EXPECT_EQ(target->read(kData, data), data.size());
  EXPECT_EQ(data, (std::array<std::uint8_t, 5>{0x34, 0x12, 2, 3, 4}));
  constexpr std::uint32_t kHole = 0x40000000;
  EXPECT_EQ(target->read(kHole, data), 0u);
}

TEST_P(DebugTargetTest, RegistersAreReplaced) {
  go_to_loop();
  CpuState state = target->registers();
  state.gpr[kEax] = 0xBEEF;
  state.gpr[kEbx] = 0x3000;
  target->set_registers(state);
  EXPECT_EQ(reg(kEbx), 0x3000);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(eip(), kAfterLoad);
  EXPECT_EQ(reg(kEcx), 0xBEEF) << "stored and loaded";
}

TEST_P(DebugTargetTest, AHaltForEverIsSaid) {
  // The rest of the ROM is HLT, and interrupts are off since reset.
  go_to_loop();
  CpuState state = target->registers();
  state.eip = 0x200;
  target->set_registers(state);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(eip(), 0x201u);
  EXPECT_EQ(target->step(), DebugStop::kHalted);
  EXPECT_EQ(eip(), 0x201u);
}

TEST_P(DebugTargetTest, RegistersAreReplacedAtAnyBoundary) {
  // Behind each instruction of the loop and its way there, the first that has not begun is the one
  // EIP names now: no store, no port write of the other has been seen.
  for (unsigned steps = 0; steps < 8; ++steps) {
    CpuState state = target->registers();
    state.seg[kCs] = {.selector = 0xF000, .base = kRomBase, .limit = 0xFFFF, .attributes = 0x9B};
    state.eip = kStart;
    target->set_registers(state);
    for (unsigned n = 0; n < steps; ++n) ASSERT_EQ(target->step(), DebugStop::kStepped);
    constexpr std::array<std::uint8_t, 2> kZeroes{};
    ASSERT_EQ(target->write(kData, kZeroes), kZeroes.size());
    state = target->registers();
    state.eip = kStore;
    state.gpr[kEax] = 0x5500 + steps;
    state.gpr[kEbx] = kData + 0x100;
    target->set_registers(state);
    ASSERT_EQ(target->registers().gpr[kEax], 0x5500u + steps);
    ASSERT_EQ(target->step(), DebugStop::kStepped);
    EXPECT_EQ(eip(), kAfterStore);
    std::array<std::uint8_t, 2> data{};
    ASSERT_EQ(target->read(kData + 0x100, data), data.size());
    EXPECT_EQ(data[0] | data[1] << 8, 0x5500 + static_cast<int>(steps));
    ASSERT_EQ(target->read(kData, data), data.size());
    EXPECT_EQ(data, kZeroes) << "the store that was to come has been made";
  }
}

TEST_P(DebugTargetTest, CodeThatIsWrittenIsWhatRuns) {
  go_to_loop();
  CpuState state = target->registers();
  state.seg[kCs] = {.selector = 0x200, .base = 0x2000, .limit = 0xFFFF, .attributes = 0x9B};
  state.eip = 0x800;
  constexpr std::array<std::uint8_t, 4> kIncrements = {0x40, 0x40, 0x40, 0x40};  // inc ax
  ASSERT_EQ(target->write(0x2800, kIncrements), kIncrements.size());
  target->set_registers(state);
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(reg(kEax), 0x1235);
  constexpr std::array<std::uint8_t, 1> kDecrement = {0x48};  // dec ax
  ASSERT_EQ(target->write(0x2801, kDecrement), kDecrement.size());
  ASSERT_EQ(target->step(), DebugStop::kStepped);
  EXPECT_EQ(reg(kEax), 0x1234);
}

INSTANTIATE_TEST_SUITE_P(All, DebugTargetTest, ::testing::ValuesIn(debug_targets()),
                         [](const auto& engine) { return engine.param; });
INSTANTIATE_TEST_SUITE_P(All, DebugTargetOf386, ::testing::ValuesIn(debug_targets()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace strata::test
