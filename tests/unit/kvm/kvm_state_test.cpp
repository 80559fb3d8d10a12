// CpuState into and out of KVM.
#include "tests/unit/kvm/kvm_guest.h"

namespace strata::test {
namespace {

using KvmStateTest = KvmGuest;

/// What KVM keeps in its own way and a comparison leaves out.
CpuState comparable(CpuState state) {
  state.tsc = 0;
  return state;
}

TEST_F(KvmStateTest, RealModeStateComesBackUnchanged) {
  CpuState state = real_mode();
  for (unsigned i = 0; i < 8; ++i) state.gpr[i] = 0x11111111 * (i + 1);
  state.eip = 0x4321;
  state.eflags = eflags::kReserved1 | eflags::kStatus | eflags::kDf | eflags::kIf;
  state.seg[kDs] = SegmentState{0x1234, 0x12340, 0xFFFF, 0x93};
  state.gdtr = TableState{0x9000, 0x2F};
  state.dr[0] = 0xB8000;
  state.cr2 = 0xCAFE0000;
  engine->load_state(state);
  ASSERT_EQ(engine->failure(), "");
  EXPECT_EQ(comparable(engine->state()), state);
}

TEST_F(KvmStateTest, ProtectedModeStateComesBackUnchanged) {
  CpuState state = protected_mode();
  state.eip = 0x00123456;
  state.seg[kFs] = SegmentState{0x18, 0x00100000, 0x0FFF, 0x4093};
  state.tr = SegmentState{0x20, 0x3000, 0x67, 0x8B};
  state.cr0 |= cr0::kTs;
  engine->load_state(state);
  ASSERT_EQ(engine->failure(), "");
  EXPECT_EQ(comparable(engine->state()), state);
}

TEST_F(KvmStateTest, NullSegmentsComeBackUnusable) {
  CpuState state = protected_mode();
  state.seg[kGs] = SegmentState{0, 0, 0, attr::kUnusable};
  engine->load_state(state);
  EXPECT_EQ(engine->state().seg[kGs].attributes, attr::kUnusable);
  EXPECT_EQ(engine->state().seg[kGs].selector, 0u);
}

TEST_F(KvmStateTest, ShadowsComeBackUnchanged) {
  for (const std::uint32_t shadow : {kNoShadow, kStiShadow, kMovSsShadow}) {
    CpuState state = protected_mode();
    state.eflags |= eflags::kIf;
    state.shadow = shadow;
    engine->load_state(state);
    EXPECT_EQ(engine->state().shadow, shadow);
  }
}

TEST_F(KvmStateTest, LoadedStiShadowHoldsBackTheInterrupt) {
  if (describe_kvm().kind != KvmKind::kHardware) GTEST_SKIP() << kCoarseWindow;
  CpuState state = protected_mode();
  state.eflags |= eflags::kIf;
  state.shadow = kStiShadow;
  bus.on_acknowledge = [this] { engine->set_interrupt_line(false); };
  memory.set(0x2000, {0x89, 0xC3, 0xCF});  // mov ebx, eax; iretd
  set_gate(0x20, 0x2000);
  engine->set_interrupt_line(true);
  // inc eax; inc eax; cli; hlt
  ASSERT_EQ(run(state, {0x40, 0x40, 0xFA, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_EQ(engine->state().gpr[kEbx], 1u) << "one instruction first";
}

TEST_F(KvmStateTest, PendingExceptionIsDelivered) {
  CpuState state = real_mode();
  state.pending_exception = (1u << 31) | vector::kBreakpoint;
  memory.set(vector::kBreakpoint * 4, {0x00, 0x20, 0x00, 0x00});
  memory.set(0x2000, {0xF4});
  ASSERT_EQ(run(state, {0x43, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(engine->state().eip, 0x2001u);
  EXPECT_EQ(engine->state().gpr[kEbx], 0u);
}

TEST_F(KvmStateTest, StateSavedInTheMiddleGoesOnInASecondEngine) {
  bus.on_port_write = [this](std::uint16_t, std::uint32_t value) {
    if (value == 5) engine->request_stop();
  };
  CpuState state = protected_mode();
  // inc eax; out 0x80, al; cmp al, 10; jb -7; hlt
  ASSERT_EQ(run(state, {0x40, 0xE6, 0x80, 0x3C, 10, 0x72, 0xF9, 0xF4}), StopReason::kRequested);
  const CpuState middle = engine->state();
  EXPECT_EQ(middle.gpr[kEax], 5u);
  build(/*video_writable=*/true);
  ASSERT_NE(engine, nullptr);
  engine->load_state(middle);
  ASSERT_EQ(engine->run(kNever), StopReason::kHalted);
  EXPECT_EQ(engine->state().gpr[kEax], 10u);
  EXPECT_EQ(bus.port_writes.size(), 10u);
}

TEST_F(KvmStateTest, TimeStampCounterStartsWhereItWasLoaded) {
  CpuState state = protected_mode();
  state.tsc = 0x1234'0000'0000;
  engine->load_state(state);
  const std::uint64_t now = engine->state().tsc;
  EXPECT_GE(now, state.tsc);
  EXPECT_LT(now, state.tsc + 0x100'0000'0000) << "less than minutes at any real rate";
}

TEST_F(KvmStateTest, RunsFromTheResetVector) {
  Pages rom(0x10000);
  rom.set(0xFFF0, {0xEA, 0x00, 0x10, 0x00, 0x00});  // jmp 0000:1000
  const KvmConfig config{
      {{0, kVideo, memory.data(), true}, {0xFFFF0000, 0x10000, rom.data(), false}}, kClockHz};
  auto made = KvmEngine::create(bus, config);
  if (!made) GTEST_SKIP() << made.error();
  engine = std::move(*made);
  CpuState state = real_mode();
  state.eip = 0xFFF0;
  state.seg[kCs] = SegmentState{0xF000, 0xFFFF0000, 0xFFFF, 0x93};
  // mov bx, 0x1234; hlt
  ASSERT_EQ(run(state, {0xBB, 0x34, 0x12, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(engine->state().gpr[kEbx], 0x1234u);
  EXPECT_EQ(engine->state().seg[kCs].base, 0u);
}

}  // namespace
}  // namespace strata::test
