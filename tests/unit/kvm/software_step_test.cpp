// The instructions the KVM engine carries out itself. Needs no /dev/kvm.
#include "models/engine/kvm/software_step.h"

#include "tests/unit/kvm/kvm_guest.h"

namespace strata::test {
namespace {

class SoftwareStepTest : public ::testing::Test {
 protected:
  RecordingBus bus;
  Pages memory{0x10000};
  SoftwareStep software{bus, std::vector<MemoryRegion>{{0, 0x10000, memory.data(), true}}};
};

TEST_F(SoftwareStepTest, ProtectedModeIretPopsEipCsAndFlags) {
  memory.set(kGdt + 8, {0xFF, 0xFF, 0, 0, 0, 0x9B, 0xCF, 0});
  memory.set(kCode, {0xCF});
  memory.set(0x7F00, {0x56, 0x34, 0x00, 0x00, 8, 0, 0, 0, 0x02, 0x02, 0, 0});
  CpuState state = protected_mode();
  state.gpr[kEsp] = 0x7F00;
  state.shadow = kStiShadow;
  ASSERT_TRUE(software.step_state(state));
  EXPECT_EQ(state.eip, 0x3456u);
  EXPECT_EQ(state.gpr[kEsp], 0x7F0Cu);
  EXPECT_EQ(state.eflags, eflags::kIf | eflags::kReserved1);
  EXPECT_EQ(state.shadow, std::uint32_t{kNoShadow}) << "the shadow lasts one instruction";
}

// SDM vol. 3, 17.3.1.4: with TF set a trap is due after the instruction; it is KVM's to deliver.
TEST_F(SoftwareStepTest, ASingleStepTrapBecomesPending) {
  memory.set(kCode, {0x43});  // inc ebx
  CpuState state = protected_mode();
  state.eflags |= eflags::kTf;
  ASSERT_TRUE(software.step_state(state));
  EXPECT_EQ(state.eip, kCode + 1);
  EXPECT_EQ(state.pending_exception, kPendingDebugTrap);
}

TEST_F(SoftwareStepTest, AnInterruptThatKvmHasPendingStays) {
  memory.set(kCode, {0x43});
  CpuState state = protected_mode();
  state.pending_exception = 1u << 31 | 0x20;
  ASSERT_TRUE(software.step_state(state));
  EXPECT_EQ(state.eip, kCode + 1);
  EXPECT_EQ(state.pending_exception, 1u << 31 | 0x20);
}

TEST_F(SoftwareStepTest, PortAccessGoesToTheBus) {
  memory.set(kCode, {0xE6, 0x80});  // out 0x80, al
  CpuState state = real_mode();
  state.gpr[kEax] = 0x42;
  ASSERT_TRUE(software.step_state(state));
  EXPECT_EQ(bus.port_writes, (std::vector<Access>{{0x80, 1, 0x42}}));
  EXPECT_EQ(state.eip, kCode + 2);
}

TEST_F(SoftwareStepTest, AFaultEntersItsHandler) {
  memory.set(vector::kInvalidOpcode * 4, {0x00, 0x20, 0x00, 0x00});
  memory.set(kCode, {0x0F, 0x0B});  // ud2
  CpuState state = real_mode();
  ASSERT_TRUE(software.step_state(state));
  EXPECT_EQ(state.eip, 0x2000u);
  EXPECT_EQ(state.gpr[kEsp], kStackTop - 6);
}

TEST_F(SoftwareStepTest, CodePastTheSegmentLimitIsAProtectionFault) {
  memory.set(vector::kGeneralProtection * 4, {0x00, 0x20, 0x00, 0x00});
  memory.set(0xFFFE, {0x66, 0xB8});  // mov eax, imm32 cut off by the limit
  CpuState state = real_mode();
  state.eip = 0xFFFE;
  ASSERT_TRUE(software.step_state(state));
  EXPECT_EQ(state.eip, 0x2000u);
}

TEST_F(SoftwareStepTest, NoWayToDeliverIsATripleFault) {
  memory.set(kCode, {0x0F, 0x0B});
  CpuState state = protected_mode();
  state.idtr = TableState{0, 0};
  EXPECT_FALSE(software.step_state(state));
}

TEST_F(SoftwareStepTest, PagingIsNotSupported) {
  CpuState state = protected_mode();
  EXPECT_TRUE(SoftwareStep::supports(state));
  state.cr0 |= cr0::kPg;
  EXPECT_FALSE(SoftwareStep::supports(state));
}

}  // namespace
}  // namespace strata::test
