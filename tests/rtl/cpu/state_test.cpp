// What of the CPU's state has no register: an NMI that waits, and the shutdown.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "models/engine/interpreter/interpreter.h"
#include "tests/rtl/cpu/real_mode_rig.h"

namespace strata::test {
namespace {

// NOP; IRET to the HLT behind it.
constexpr std::initializer_list<std::uint8_t> kNopIretHlt = {0x90, 0xCF, 0xF4};
constexpr std::uint32_t kStack = 0x8000;

/// In the handler of an NMI, whose IRET is one instruction ahead.
CpuState in_handler(RealModeRig& rig) {
  CpuState state = rig.initial();
  state.nmi_blocked = 1;
  state.gpr[kEsp] = kStack;
  return state;
}

void set_return_frame(RealModeRig& rig) {
  rig.set_word(kStack, RealModeRig::kCode + 2);
  rig.set_word(kStack + 2, 0);
  rig.set_word(kStack + 4, eflags::kReserved1);
}

/// An edge comes while a former NMI is being handled: "the processor remembers it" (SDM vol. 3,
/// 6.7.1), and whoever takes the state remembers it too.
CpuState with_a_waiting_nmi() {
  RealModeRig rig({0xEB, 0xFE});  // jmp $
  rig.bench().load(in_handler(rig));
  for (unsigned n = 0; n < 50; ++n) rig.bench().clock();
  EXPECT_EQ(rig.bench().cpu().look().nmi_pending, 0u);
  rig.bench().raise_nmi();
  for (unsigned n = 0; n < 50; ++n) rig.bench().clock();
  CpuState state = rig.bench().cpu().look();
  EXPECT_EQ(state.nmi_pending, 1u);
  EXPECT_EQ(rig.bench().nmis(), 0u) << "it waits for IRET";
  state.eip = RealModeRig::kCode;
  return state;
}

TEST(CpuStateOfCore, AWaitingNmiIsPartOfIt) {
  const CpuState state = with_a_waiting_nmi();
  RealModeRig rig(kNopIretHlt);
  set_return_frame(rig);
  rig.bench().load(state);
  for (unsigned n = 0; n < 500 && !rig.bench().cpu().idle(); ++n) rig.bench().clock();
  EXPECT_EQ(rig.bench().nmis(), 1u);
  const CpuState after = rig.bench().cpu().look();
  EXPECT_EQ(after.nmi_pending, 0u);
  EXPECT_EQ(after.gpr[kEcx] & 0xFFFF, 1u) << "the handler's INC CX";
}

/// From the CPU to the interpreter, and from there to a second one.
TEST(CpuStateOfCore, TheInterpreterTakesAndSaysAWaitingNmi) {
  constexpr std::uint32_t kStateMemoryBytes = 0x10000;
  std::vector<std::uint8_t> memory(kStateMemoryBytes);
  constexpr std::array<std::uint8_t, 2> kCountAndHalt = {0x41, 0xF4};  // inc cx; hlt
  std::ranges::copy(kNopIretHlt, memory.begin() + RealModeRig::kCode);
  std::ranges::copy(kCountAndHalt, memory.begin() + RealModeRig::kHandler);
  memory[2 * 4 + 1] = RealModeRig::kHandler >> 8;
  memory[kStack] = RealModeRig::kCode & 0xFF;
  memory[kStack] += 2;
  memory[kStack + 1] = RealModeRig::kCode >> 8;
  const std::array<MemoryRegion, 1> regions = {
      MemoryRegion{0, kStateMemoryBytes, memory.data(), true}};
  BusFeed bus([](std::uint32_t) { return false; });
  Interpreter first(bus, regions, 1, CpuFamily::k586);
  first.load_state(with_a_waiting_nmi());
  ASSERT_EQ(first.step_once().reason, StopReason::kRequested);  // NOP
  const CpuState state = first.state();
  EXPECT_EQ(state.nmi_pending, 1u);
  Interpreter second(bus, regions, 1, CpuFamily::k586);
  second.load_state(state);
  EXPECT_EQ(second.run(1000), StopReason::kHalted);
  EXPECT_EQ(second.state().gpr[kEcx] & 0xFFFF, 1u);
  EXPECT_EQ(second.state().nmi_pending, 0u);
  // A state without one takes it back.
  first.load_state(CpuState::reset());
  EXPECT_EQ(first.state().nmi_pending, 0u);
}

TEST(CpuStateOfCore, AShutdownIsSaidTakenAndEndedByAnotherState) {
  // #UD with an IDT of no entries: the fault, the double fault and the third fault.
  RealModeRig rig({0x0F, 0x0B});
  rig.initial().idtr.limit = 0;
  rig.bench().load(rig.initial());
  for (unsigned n = 0; n < 500 && !rig.bench().cpu().idle(); ++n) rig.bench().clock();
  ASSERT_TRUE(rig.bench().cpu().shutdown());
  const CpuState down = rig.bench().cpu().look();
  EXPECT_EQ(down.shutdown, 1u);

  RealModeRig other({0x41, 0xF4});  // inc cx; hlt
  other.bench().load(down);
  for (unsigned n = 0; n < 100; ++n) EXPECT_FALSE(other.bench().clock());
  EXPECT_TRUE(other.bench().cpu().shutdown());
  other.bench().load(other.initial());
  for (unsigned n = 0; n < 500 && !other.bench().cpu().idle(); ++n) other.bench().clock();
  EXPECT_FALSE(other.bench().cpu().shutdown());
  EXPECT_EQ(other.bench().cpu().look().gpr[kEcx] & 0xFFFF, 1u);
}

}  // namespace
}  // namespace strata::test
