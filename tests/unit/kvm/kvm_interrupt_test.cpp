// HLT and interrupt delivery on KVM.
#include "tests/unit/kvm/kvm_guest.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kHandler = 0x2000;
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

TEST_F(KvmInterruptTest, LineRaisedWhileMaskedIsTakenAfterStiAndItsShadow) {
  CpuState state = protected_mode();
  memory.set(kHandler, {0x89, 0xC3, 0xCF});  // mov ebx, eax; iretd
  bus.on_port_write = [this](std::uint16_t, std::uint32_t) { engine->set_interrupt_line(true); };
  // out 0x80, al; inc eax; inc eax; sti; inc eax; inc eax; inc eax; nop; cli; hlt
  ASSERT_EQ(run(state, {0xE6, 0x80, 0x40, 0x40, 0xFB, 0x40, 0x40, 0x40, 0x90, 0xFA, 0xF4}),
            StopReason::kHalted);
  const CpuState after = engine->state();
  EXPECT_EQ(bus.acknowledged, 1u);
  EXPECT_EQ(after.gpr[kEbx], 3u)
      << "exactly one instruction after STI runs first (SDM vol. 2, STI)";
  EXPECT_EQ(after.gpr[kEax], 5u);
  EXPECT_GE(engine->exits().at("interrupt-window"), 1u);
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
