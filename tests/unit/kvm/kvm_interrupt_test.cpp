// HLT and interrupt delivery on KVM.
#include "tests/unit/kvm/kvm_guest.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kHandler = 0x2000;
constexpr std::uint32_t kNmiHandler = 0x2800;
constexpr unsigned kVector = 0x20;

class KvmInterruptTest : public KvmGuest {
 protected:
  void SetUp() override {
    KvmGuest::SetUp();
    bus.on_acknowledge = [this] { engine->set_interrupt_line(false); };
    // Real-mode vector 0000:2000, and the protected-mode gate to the same place.
    memory.set(kVector * 4, {0x00, 0x20, 0x00, 0x00});
    set_gate(kVector, kHandler);
  }
};

TEST_F(KvmInterruptTest, HaltWaitsForTheLineAndReturnsBehindHlt) {
  CpuState state = real_mode();
  memory.set(kHandler, {0x43, 0xCF});  // inc bx; iret
  // sti; hlt; inc cx; cli; hlt
  ASSERT_EQ(run(state, {0xFB, 0xF4, 0x41, 0xFA, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(engine->state().halted, 1u);
  EXPECT_EQ(engine->run(kNever), StopReason::kHalted) << "still halted: no interrupt came";
  EXPECT_EQ(engine->state().gpr[kEcx], 0u);
  engine->set_interrupt_line(true);
  ASSERT_EQ(engine->run(kNever), StopReason::kHalted);
  const CpuState after = engine->state();
  EXPECT_EQ(after.gpr[kEbx], 1u);
  EXPECT_EQ(after.gpr[kEcx], 1u);
  EXPECT_EQ(after.eip, kCode + 5);
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_EQ(engine->exits().at("hlt"), 2u);
}

TEST_F(KvmInterruptTest, HaltWithInterruptsOffIgnoresTheLine) {
  CpuState state = real_mode();
  ASSERT_EQ(run(state, {0xF4}), StopReason::kHalted);
  engine->set_interrupt_line(true);
  EXPECT_EQ(engine->run(kNever), StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, 0u);
}

TEST_F(KvmInterruptTest, NmiEndsAHaltWithInterruptsOff) {
  memory.set(kNmiHandler, {0x43, 0xCF});  // inc bx; iret
  memory.set(2 * 4, {kNmiHandler & 0xFF, kNmiHandler >> 8, 0, 0});
  // hlt; inc cx; hlt
  ASSERT_EQ(run(real_mode(), {0xF4, 0x41, 0xF4}), StopReason::kHalted);
  engine->raise_nmi();
  ASSERT_EQ(engine->run(kNever), StopReason::kHalted);
  EXPECT_EQ(engine->state().gpr[kEbx], 1u);
  EXPECT_EQ(engine->state().gpr[kEcx], 1u);
}

TEST_F(KvmInterruptTest, LineRaisedWhileMaskedIsTakenAfterSti) {
  memory.set(kHandler, {0x89, 0xC3, 0xB9, 1, 0, 0, 0, 0xCF});  // mov ebx, eax; mov ecx, 1; iretd
  bus.on_port_write = [this](std::uint16_t, std::uint32_t) { engine->set_interrupt_line(true); };
  CpuState state = protected_mode();
  state.gpr[kEcx] = 100'000;
  // out 0x80, al; inc eax; inc eax; sti; again: inc eax; dec ecx; jnz again; cli; hlt
  ASSERT_EQ(run(state, {0xE6, 0x80, 0x40, 0x40, 0xFB, 0x40, 0x49, 0x75, 0xFC, 0xFA, 0xF4}),
            StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_GE(engine->state().gpr[kEbx], 3u) << "not while interrupts are off, nor right after STI";
  EXPECT_LT(engine->state().gpr[kEbx], 10'000u) << "soon after";
  EXPECT_GE(engine->exits()["interrupt-window"], 1u);
}

TEST_F(KvmInterruptTest, ExactlyOneInstructionRunsBetweenStiAndTheInterrupt) {
  if (describe_kvm().kind != KvmKind::kHardware) GTEST_SKIP() << kCoarseWindow;
  memory.set(kHandler, {0x89, 0xC3, 0xCF});  // mov ebx, eax; iretd
  bus.on_port_write = [this](std::uint16_t, std::uint32_t) { engine->set_interrupt_line(true); };
  // out 0x80, al; inc eax; sti; inc eax; inc eax; inc eax; cli; hlt
  ASSERT_EQ(run(protected_mode(), {0xE6, 0x80, 0x40, 0xFB, 0x40, 0x40, 0x40, 0xFA, 0xF4}),
            StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_EQ(engine->state().gpr[kEbx], 2u) << "SDM vol. 2, STI";
}

TEST_F(KvmInterruptTest, LineLoweredBeforeStiIsNotTaken) {
  CpuState state = protected_mode();
  bus.on_port_write = [this](std::uint16_t, std::uint32_t value) {
    engine->set_interrupt_line(value == 1);
  };
  // mov al, 1; out 0x80, al; mov al, 0; out 0x80, al; sti; nop; nop; cli; hlt
  ASSERT_EQ(run(state, {0xB0, 1, 0xE6, 0x80, 0xB0, 0, 0xE6, 0x80, 0xFB, 0x90, 0x90, 0xFA, 0xF4}),
            StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, 0u);
}

TEST_F(KvmInterruptTest, LineHighFromTheStartIsTakenBeforeTheFirstInstruction) {
  CpuState state = real_mode();
  state.eflags |= eflags::kIf;
  memory.set(kHandler, {0x89, 0xC3, 0xCF});  // mov bx, ax; iret
  engine->set_interrupt_line(true);
  // inc ax; cli; hlt
  ASSERT_EQ(run(state, {0x40, 0xFA, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_EQ(engine->state().gpr[kEbx], 0u);
  EXPECT_EQ(engine->state().gpr[kEax], 1u);
}

TEST_F(KvmInterruptTest, LineThatStaysHighInterruptsOnceAnIret) {
  CpuState state = protected_mode();
  state.eflags |= eflags::kIf;
  constexpr unsigned kTimes = 100;
  bus.on_acknowledge = [this] { engine->set_interrupt_line(bus.acknowledged < kTimes); };
  memory.set(kHandler, {0x43, 0xCF});  // inc ebx; iretd
  engine->set_interrupt_line(true);
  // cmp ebx, 100; jb -5; cli; hlt
  ASSERT_EQ(run(state, {0x83, 0xFB, 100, 0x72, 0xFB, 0xFA, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, kTimes);
  EXPECT_EQ(engine->state().gpr[kEbx], kTimes);
}

TEST_F(KvmInterruptTest, InterruptAtAPortReadComesAfterIt) {
  bus.inputs = {0x77};
  bus.on_port_write = [this](std::uint16_t, std::uint32_t) { engine->set_interrupt_line(true); };
  CpuState state = protected_mode();
  state.eflags |= eflags::kIf;
  memory.set(kHandler, {0x89, 0xC3, 0xCF});  // mov ebx, eax; iretd
  // out 0x80, al; in al, 0x60; cli; hlt
  ASSERT_EQ(run(state, {0xE6, 0x80, 0xE4, 0x60, 0xFA, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_EQ(engine->state().gpr[kEax], 0x77u);
  EXPECT_EQ(engine->state().gpr[kEbx], 0u) << "taken right after the OUT that raised it";
}

TEST_F(KvmInterruptTest, SoftwareInterruptAndIretKeepFlagsAndStack) {
  set_gate(0x21, kHandler);
  memory.set(kHandler, {0x9C, 0x5B, 0xCF});  // pushfd; pop ebx; iretd
  CpuState state = protected_mode();
  state.eflags |= eflags::kIf | eflags::kCf;
  // int 0x21; pushfd; pop ecx; cli; hlt
  ASSERT_EQ(run(state, {0xCD, 0x21, 0x9C, 0x59, 0xFA, 0xF4}), StopReason::kHalted);
  const CpuState after = engine->state();
  EXPECT_EQ(after.gpr[kEbx] & (eflags::kIf | eflags::kCf), eflags::kCf) << "the gate clears IF";
  EXPECT_EQ(after.gpr[kEcx] & (eflags::kIf | eflags::kCf), eflags::kIf | eflags::kCf);
  EXPECT_EQ(after.gpr[kEsp], kStackTop);
}

TEST_F(KvmInterruptTest, UndefinedOpcodeReachesTheGuestsHandler) {
  set_gate(vector::kInvalidOpcode, kHandler);
  memory.set(kHandler, {0x5B, 0xF4});  // pop ebx; hlt
  // nop; ud2
  ASSERT_EQ(run(protected_mode(), {0x90, 0x0F, 0x0B}), StopReason::kHalted);
  EXPECT_EQ(engine->state().gpr[kEbx], kCode + 1) << "a fault pushes the instruction's own address";
  EXPECT_EQ(engine->failure(), "");
}

TEST_F(KvmInterruptTest, ManyInterruptsInABusyLoopAreAllDelivered) {
  constexpr unsigned kTimes = 500;
  set_gate(kVector, kHandler);
  // inc ebx; mov al, 0x20; out 0x20, al; iretd
  memory.set(kHandler, {0x43, 0xB0, 0x20, 0xE6, 0x20, 0xCF});
  bus.on_port_write = [this](std::uint16_t, std::uint32_t) {
    engine->set_interrupt_line(bus.acknowledged < kTimes);
  };
  CpuState state = protected_mode();
  // out 0x20, al; sti; again: inc ecx; cmp ebx, 500; jb again; cli; hlt
  ASSERT_EQ(
      run(state, {0xE6, 0x20, 0xFB, 0x41, 0x81, 0xFB, 0xF4, 0x01, 0, 0, 0x72, 0xF7, 0xFA, 0xF4}),
      StopReason::kHalted);
  EXPECT_EQ(bus.acknowledged, kTimes);
  EXPECT_EQ(engine->state().gpr[kEbx], kTimes);
  EXPECT_EQ(engine->state().gpr[kEsp], kStackTop);
}

TEST_F(KvmInterruptTest, HaltedStateLoadsAsHalted) {
  CpuState state = real_mode();
  state.eflags |= eflags::kIf;
  state.halted = 1;
  memory.set(kHandler, {0xFA, 0xF4});  // cli; hlt
  ASSERT_EQ(run(state, {0x43, 0xF4}), StopReason::kHalted);
  EXPECT_EQ(engine->state().eip, kCode);
  EXPECT_EQ(engine->state().gpr[kEbx], 0u);
  engine->set_interrupt_line(true);
  ASSERT_EQ(engine->run(kNever), StopReason::kHalted);
  EXPECT_EQ(engine->state().eip, kHandler + 2);
}

}  // namespace
}  // namespace strata::test
