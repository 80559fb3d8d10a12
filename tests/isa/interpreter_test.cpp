// The interpreter as an engine: memory and bus, time, interrupts, self-modifying code.
#include <gtest/gtest.h>

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

using Log = std::vector<std::string>;

TEST(Interpreter, HoleInMemoryGoesToTheBus) {
  GuestCpu guest;
  guest.state.seg[kDs].base = 0xB8000;
  guest.code({0xC7, 0x06, 0x00, 0x00, 0x41, 0x07});  // mov word [0], 0741h
  guest.step();
  EXPECT_EQ(guest.bus.log, Log{"write b8000/2=741"});
}

TEST(Interpreter, WriteToReadOnlyRegionGoesToTheBusAndReadsStayDirect) {
  GuestCpu guest;
  guest.state.seg[kDs].base = 0xF0000;
  guest.set_memory<std::uint8_t>(0xF0000, 0x55);
  guest.code({0xC6, 0x06, 0x00, 0x00, 0x66, 0xA0, 0x00, 0x00});  // mov byte [0], 66; mov al, [0]
  guest.step();
  guest.step();
  EXPECT_EQ(guest.bus.log, Log{"write f0000/1=66"});
  EXPECT_EQ(guest.state.gpr[kEax], 0x55u);
}

TEST(Interpreter, UnalignedDeviceAccessSplitsAtTheDwordLowPartFirst) {
  GuestCpu guest;
  guest.state.seg[kDs].base = 0xB8000;
  guest.state.gpr[kEax] = 0x44332211;
  guest.code({0x66, 0xA3, 0x02, 0x00});  // mov [2], eax
  guest.step();
  EXPECT_EQ(guest.bus.log, (Log{"write b8002/2=2211", "write b8004/2=4433"}));
  guest.bus.log.clear();
  guest.state.eip = GuestCpu::kCode;
  guest.state.gpr[kEdx] = 0x1F3;
  guest.code({0xED});  // in ax, dx
  guest.step();
  EXPECT_EQ(guest.bus.log, (Log{"in 1f3/1", "in 1f4/1"}));
}

TEST(Interpreter, AccessAcrossARegionsEdgeIsBothMemoryAndDevice) {
  GuestCpu guest;
  guest.state.seg[kDs].base = 0xB7FFE;
  guest.state.gpr[kEax] = 0x44332211;
  guest.code({0x66, 0xA3, 0x00, 0x00});
  guest.step();
  EXPECT_EQ(guest.memory<std::uint16_t>(0xB7FFE), 0x2211);
  EXPECT_EQ(guest.bus.log, Log{"write b8000/2=4433"});
}

TEST(Interpreter, SelfModifyingCodeTakesEffectAtTheNextInstruction) {
  GuestCpu guest;
  // mov byte [100c], 2 (patches the immediate below); mov al, 1 -> 2; twice with different values
  guest.code({0xC6, 0x06, 0x06, 0x10, 0x02, 0xB0, 0x01, 0xFE, 0x06, 0x04, 0x10, 0xEB, 0xF3});
  guest.cpu.load_state(guest.state);
  guest.cpu.run(2);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 2u);
  guest.cpu.run(6);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 3u);
}

TEST(Interpreter, TimeAndInstructionsCountByCpi) {
  GuestCpu guest;
  std::vector<std::uint8_t> ram(4096, 0x90);
  const MemoryRegion region{.base = 0, .size = ram.size(), .host = ram.data()};
  Interpreter cpu(guest.bus, std::span(&region, 1), 3);
  CpuState state = guest.state;
  state.eip = 0;
  cpu.load_state(state);
  EXPECT_EQ(cpu.run(30), StopReason::kDeadline);
  EXPECT_EQ(cpu.cycle(), 30u);
  EXPECT_EQ(cpu.instructions(), 10u);
}

TEST(Interpreter, RepRetiresOnceAnIterationAndCountsOnce) {
  GuestCpu guest;
  guest.state.gpr[kEcx] = 3;
  guest.state.gpr[kEdi] = 0x4000;
  guest.state.gpr[kEax] = 0x5A;
  guest.code({0xF3, 0xAA, 0xF4});  // rep stosb; hlt
  guest.cpu.load_state(guest.state);
  EXPECT_TRUE(guest.cpu.step().partial);
  EXPECT_TRUE(guest.cpu.step().partial);
  const RetireRecord last = guest.cpu.step();
  EXPECT_FALSE(last.partial);
  EXPECT_EQ(last.next_eip, GuestCpu::kCode + 2);
  EXPECT_EQ(guest.cpu.instructions(), 1u);
  EXPECT_EQ(guest.memory<std::uint32_t>(0x4000), 0x005A5A5Au);
}

TEST(Interpreter, RepIsInterruptedBetweenIterations) {
  GuestCpu guest;
  guest.state.gpr[kEcx] = 100;
  guest.state.gpr[kEdi] = 0x4000;
  guest.state.eflags |= eflags::kIf;
  guest.set_memory<std::uint32_t>(0x20 * 4, 0x00002000);
  guest.code({0xF3, 0xAA});
  guest.code({0xF4}, 0x2000);
  guest.cpu.load_state(guest.state);
  guest.cpu.run(10);
  guest.cpu.set_interrupt_line(true);
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kHalted);
  EXPECT_EQ(guest.cpu.state().gpr[kEcx], 90u);
  EXPECT_EQ(guest.memory<std::uint16_t>(GuestCpu::kStack - 6), GuestCpu::kCode);
}

TEST(Interpreter, StiHoldsInterruptsForOneInstruction) {
  GuestCpu guest;
  guest.set_memory<std::uint32_t>(0x20 * 4, 0x00002000);
  guest.code({0xFB, 0x40, 0x40, 0x40});  // sti; inc ax; inc ax; inc ax
  guest.code({0xF4}, 0x2000);
  guest.cpu.load_state(guest.state);
  guest.cpu.set_interrupt_line(true);
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kHalted);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 1u);
  EXPECT_EQ(guest.memory<std::uint16_t>(GuestCpu::kStack - 6), GuestCpu::kCode + 2);
  EXPECT_EQ(guest.bus.log, Log{"inta"});
}

TEST(Interpreter, MovSsHoldsInterruptsForOneInstruction) {
  GuestCpu guest;
  guest.state.eflags |= eflags::kIf;
  guest.set_memory<std::uint32_t>(0x20 * 4, 0x00002000);
  guest.code({0x8E, 0xD1, 0xBC, 0x00, 0x50, 0x90});  // mov ss, cx; mov sp, 5000
  guest.code({0xF4}, 0x2000);
  guest.cpu.load_state(guest.state);
  guest.cpu.step();
  EXPECT_EQ(guest.cpu.state().shadow, kMovSsShadow);
  guest.cpu.set_interrupt_line(true);
  guest.cpu.run(1000);
  EXPECT_EQ(guest.cpu.state().gpr[kEsp], 0x5000u - 6);
}

TEST(Interpreter, HaltWaitsForAnInterruptAndTimeCanBeSkipped) {
  GuestCpu guest;
  guest.state.eflags |= eflags::kIf;
  guest.set_memory<std::uint32_t>(0x20 * 4, 0x00002000);
  guest.code({0xF4});
  guest.code({0xFA, 0xF4}, 0x2000);
  guest.cpu.load_state(guest.state);
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kHalted);
  EXPECT_EQ(guest.cpu.cycle(), 1u);
  guest.cpu.advance_to(500);
  EXPECT_EQ(guest.cpu.cycle(), 500u);
  guest.cpu.set_interrupt_line(true);
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kHalted);
  EXPECT_EQ(guest.memory<std::uint16_t>(GuestCpu::kStack - 6), GuestCpu::kCode + 1);
}

TEST(Interpreter, StopRequestEndsRunAtTheNextBoundary) {
  GuestCpu guest;
  guest.code({0xEB, 0xFE});
  guest.cpu.load_state(guest.state);
  guest.cpu.request_stop();
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kRequested);
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kDeadline);
}

TEST(Interpreter, StateRoundTrips) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.eflags = eflags::kReserved1 | eflags::kZf | eflags::kSf | eflags::kAf;  // PF clear
  guest.state.gpr = {1, 2, 3, 4, 5, 6, 7, 8};
  guest.cpu.load_state(guest.state);
  EXPECT_EQ(guest.cpu.state(), guest.state);
}

TEST(Interpreter, EveryStatusFlagCombinationRoundTrips) {
  GuestCpu guest;
  for (std::uint32_t image = 0; image < 0x1000; ++image) {
    guest.state.eflags = eflags::kReserved1 | (image & eflags::kStatus);
    guest.cpu.load_state(guest.state);
    ASSERT_EQ(guest.cpu.state().eflags, guest.state.eflags);
  }
}

}  // namespace
}  // namespace strata::test
