// Data breakpoints of a debugger see what the CPU itself writes by linear address, on every engine.
#include <cstring>
#include <initializer_list>

#include "tests/unit/debugger/debug_target_fixture.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kGuestCode = 0x2800;
constexpr std::uint32_t kHandler = 0x2900;
constexpr std::uint32_t kTopOfStack = 0x7000;
constexpr std::uint32_t kTopOfInnerStack = 0x8000;
constexpr std::uint32_t kTables = 0x3000;  // GDT
constexpr std::uint32_t kInterruptTable = 0x4000;
constexpr std::uint32_t kTaskState = 0x5000;
constexpr std::uint8_t kVector = 0x20;
constexpr std::uint32_t kHandlerCode = 0x08;  // selectors
constexpr std::uint32_t kInnerData = 0x10;
constexpr std::uint32_t kOuterCode = 0x1B;
constexpr std::uint32_t kOuterData = 0x23;

Breakpoint write_to(std::uint32_t address, unsigned bytes) {
  return {Breakpoint::Kind::kWrite, address, bytes};
}

class DebugDelivery : public DebugTargetTest {
 protected:
  void put(std::uint32_t address, std::initializer_list<std::uint8_t> bytes) {
    ASSERT_EQ(target->write(address, std::vector<std::uint8_t>(bytes)), bytes.size());
  }
  void put_dword(std::uint32_t address, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    ASSERT_EQ(target->write(address, bytes), bytes.size());
  }

  /// `code` at 0:2800 in real mode with a stack below 7000; `vector` goes to a loop at 0:2900.
  void go_to(std::initializer_list<std::uint8_t> code, std::uint8_t vector) {
    put(kGuestCode, code);
    put(kHandler, {0xEB, 0xFE});
    put_dword(vector * 4u, kHandler);
    CpuState state = target->registers();
    state.seg[kCs] = {.selector = 0, .base = 0, .limit = 0xFFFF, .attributes = 0x9B};
    state.eip = kGuestCode;
    state.gpr[kEsp] = kTopOfStack;
    target->set_registers(state);
  }

  void put_gate(std::uint8_t vector, std::uint32_t access = 0xEE00) {
    put_dword(kInterruptTable + 8 * vector, kHandlerCode << 16 | kHandler);
    put_dword(kInterruptTable + 8 * vector + 4, access);
  }

  /// Flat protected mode at `level`; kVector goes through a gate that level 3 may use to level 0.
  void go_to_protected(std::initializer_list<std::uint8_t> code, unsigned level) {
    const std::uint32_t access[] = {0x9A, 0x92, 0xFB, 0xF3};  // not accessed: those of level 0
    for (unsigned n = 0; n < 4; ++n) {
      put_dword(kTables + 8 * (n + 1), 0xFFFF);
      put_dword(kTables + 8 * (n + 1) + 4, 0x00CF0000 | access[n] << 8);
    }
    put_gate(kVector);
    put_dword(kTaskState + 4, kTopOfInnerStack);
    put_dword(kTaskState + 8, kInnerData);
    go_to(code, kVector);
    CpuState state = target->registers();
    state.cr0 |= cr0::kPe;
    state.gdtr = {.base = kTables, .limit = 5 * 8 - 1};
    state.idtr = {.base = kInterruptTable, .limit = 256 * 8 - 1};
    state.tr = {.selector = 0x28, .base = kTaskState, .limit = 0x67, .attributes = 0x8B};
    for (unsigned n = kEs; n <= kGs; ++n) {
      const bool is_code = n == kCs;
      const std::uint32_t selector =
          level == 0 ? (is_code ? kHandlerCode : kInnerData) : (is_code ? kOuterCode : kOuterData);
      state.seg[n] = {.selector = selector,
                      .base = 0,
                      .limit = 0xFFFFFFFF,
                      .attributes = 0xC000 | (level == 0 ? 0x93u : 0xF3u) | (is_code ? 8u : 0u)};
    }
    target->set_registers(state);
  }

  void expect_hit(const Breakpoint& breakpoint, std::uint64_t steps = 1) {
    target->add(breakpoint);
    EXPECT_EQ(target->run(steps), DebugStop::kBreakpoint);
    EXPECT_EQ(target->hit(), breakpoint);
    target->remove(breakpoint);
  }
  void expect_none(const Breakpoint& breakpoint) {
    target->add(breakpoint);
    EXPECT_EQ(target->run(1), DebugStop::kStepped);
    EXPECT_EQ(target->hit(), std::nullopt);
    target->remove(breakpoint);
  }
};

// SDM vol. 2, INT n, real-address mode: FLAGS, CS and IP are pushed, a word each.
TEST_P(DebugDelivery, FramesOfSoftwareInterrupts) {
  for (const std::uint32_t below : {2u, 4u, 6u}) {
    go_to({0xCD, kVector}, kVector);
    expect_hit(write_to(kTopOfStack - below, 2));
    EXPECT_EQ(eip(), kHandler);
  }
  for (const std::uint32_t address : {kTopOfStack, kTopOfStack - 8}) {
    go_to({0xCD, kVector}, kVector);
    expect_none(write_to(address, 2));
  }
}

TEST_P(DebugDelivery, FramesOfExceptions) {
  go_to({0x0F, 0x0B}, vector::kInvalidOpcode);
  expect_hit(write_to(kTopOfStack - 4, 4));
  EXPECT_EQ(eip(), kHandler);
  go_to({0x0F, 0x0B}, vector::kInvalidOpcode);
  expect_hit({Breakpoint::Kind::kAccess, kTopOfStack - 2, 1});
  go_to({0x0F, 0x0B}, vector::kInvalidOpcode);
  expect_none(write_to(kTopOfStack - 8, 2));
}

// SDM vol. 3, 17.3.1.2 and 6.5: a fault comes instead of the instruction, whose breakpoints are
// traps.
TEST_P(DebugDelivery, WhatAFaultingInstructionReadsIsNoAccess) {
  put(kData, {0});
  go_to({0xF6, 0x36, 0x00, 0x20}, vector::kDivideError);  // div byte [2000h]
  expect_none({Breakpoint::Kind::kAccess, kData, 1});
  EXPECT_EQ(eip(), kHandler);
}

TEST_P(DebugDelivery, FramesOfNmis) {
  for (const std::uint32_t address : {kTopOfStack - 6, kTopOfStack - 8}) {
    go_to({0x90, 0x90}, vector::kNmi);
    CpuState state = target->registers();
    state.nmi_pending = 1;
    state.nmi_blocked = 0;
    target->set_registers(state);
    address == kTopOfStack - 6 ? expect_hit(write_to(address, 2))
                               : expect_none(write_to(address, 2));
    EXPECT_EQ(eip(), kHandler);
  }
}

// The instruction that an interrupt comes before has not been executed.
TEST_P(DebugDelivery, AnInterruptIsNotTheNextInstruction) {
  go_to({0xA2, 0x00, 0x20}, vector::kNmi);  // mov [2000h], al
  CpuState state = target->registers();
  state.nmi_pending = 1;
  state.nmi_blocked = 0;
  target->set_registers(state);
  expect_none(write_to(kData, 1));
  EXPECT_EQ(eip(), kHandler);
}

// A guest's own breakpoint comes before the instruction (SDM vol. 3, 17.3.1.1).
TEST_P(DebugDelivery, TheGuestsBreakpointIsNotTheInstruction) {
  go_to({0xA2, 0x00, 0x20}, vector::kDebug);  // mov [2000h], al
  CpuState state = target->registers();
  state.dr[0] = kGuestCode;
  state.dr[7] = 0x402;  // breakpoint 0, of execution
  target->set_registers(state);
  expect_none(write_to(kData, 1));
  EXPECT_EQ(eip(), kHandler);
}

/// Both 8259As and counter 0 of the 8254 as a BIOS sets them, IRQ 0 alone unmasked; STI and a loop.
constexpr std::initializer_list<std::uint8_t> kTimerInterrupts = {
    0xB0, 0x11, 0xE6, 0x20, 0xB0, kVector, 0xE6, 0x21, 0xB0, 0x04, 0xE6, 0x21, 0xB0, 0x01, 0xE6,
    0x21, 0xB0, 0xFE, 0xE6, 0x21,                                            // ICW1 to ICW4, mask
    0xB0, 0x34, 0xE6, 0x43, 0xB0, 0x40, 0xE6, 0x40, 0xB0, 0x00, 0xE6, 0x40,  // mode 2, 40h
                                                                             // clocks
    0xFB, 0xEB, 0xFE};
constexpr std::uint64_t kMostSteps = 100000;

TEST_P(DebugDelivery, FramesOfExternalInterrupts) {
  go_to(kTimerInterrupts, kVector);
  if (simulated_) simulated_->interrupt();
  expect_hit(write_to(kTopOfStack - 4, 2), kMostSteps);
  EXPECT_EQ(eip(), kHandler);
}

// SDM vol. 2, INT n, and vol. 3, 6.13: the gate is none, so #GP, whose frame has an error code:
// four dwords.
TEST_P(DebugDelivery, FramesOfWhatADeliveryEndsIn) {
  go_to_protected({0x90, 0x90}, 0);
  put_gate(vector::kGeneralProtection);
  put_gate(vector::kNmi, 0);
  CpuState state = target->registers();
  state.nmi_pending = 1;
  state.nmi_blocked = 0;
  target->set_registers(state);
  expect_hit(write_to(kTopOfStack - 16, 4));
  EXPECT_EQ(eip(), kHandler);

  go_to_protected(kTimerInterrupts, 0);
  put_gate(vector::kGeneralProtection);
  put_gate(kVector, 0);
  if (simulated_) simulated_->interrupt();
  expect_hit(write_to(kTopOfStack - 16, 4), kMostSteps);
  EXPECT_EQ(eip(), kHandler);
}

// SDM vol. 2, INT n: from level 3, SS, ESP, EFLAGS, CS and EIP go to the stack the TSS names.
TEST_P(DebugDelivery, FramesOnAnotherLevelsStack) {
  for (std::uint32_t below = 4; below <= 20; below += 4) {
    go_to_protected({0xCD, kVector}, 3);
    expect_hit(write_to(kTopOfInnerStack - below, 4));
    EXPECT_EQ(eip(), kHandler);
  }
  for (const std::uint32_t address : {kTopOfInnerStack, kTopOfInnerStack - 24, kTopOfStack - 4}) {
    go_to_protected({0xCD, kVector}, 3);
    expect_none(write_to(address, 4));
  }
}

// SDM vol. 3, 3.4.5.1: the accessed bit is set when the selector is loaded.
TEST_P(DebugDelivery, AccessedBitsOfDescriptors) {
  go_to_protected({0xCD, kVector}, 3);
  expect_hit(write_to(kTables + kHandlerCode + 5, 1));
  go_to_protected({0xCD, kVector}, 3);
  expect_none(write_to(kInterruptTable + 8 * kVector, 4));  // only read
}

// SDM vol. 3, 7.3: a JMP to a TSS clears its own busy bit, saves the registers (7.2.1: EIP at 20h,
// GS at 5Ch) and sets the other's. The other one is only read.
TEST_P(DebugDelivery, TaskSwitches) {
  constexpr std::uint32_t kOtherTask = 0x5800;
  constexpr std::uint32_t kTask = 0x28;  // selectors
  constexpr std::uint32_t kOther = 0x30;
  const auto go = [&] {
    go_to_protected({0xEA, 0, 0, 0, 0, kOther, 0}, 0);  // jmp 30:0
    put_dword(kTables + kTask, kTaskState << 16 | 0x67);
    put_dword(kTables + kTask + 4, 0x8B00);
    put_dword(kTables + kOther, kOtherTask << 16 | 0x67);
    put_dword(kTables + kOther + 4, 0x8900);
    for (std::uint32_t at = 0; at < 0x68; at += 4) put_dword(kOtherTask + at, 0);
    put_dword(kOtherTask + 0x20, kHandler);
    put_dword(kOtherTask + 0x24, 2);
    put_dword(kOtherTask + 0x4C, kHandlerCode);
    put_dword(kOtherTask + 0x50, kInnerData);
    CpuState state = target->registers();
    state.gdtr.limit = 7 * 8 - 1;
    target->set_registers(state);
  };
  for (const Breakpoint& breakpoint :
       {write_to(kTables + kTask + 5, 1), write_to(kTables + kOther + 5, 1),
        write_to(kTaskState + 0x20, 4), write_to(kTaskState + 0x5C, 2)}) {
    go();
    expect_hit(breakpoint);
    EXPECT_EQ(eip(), kHandler);
  }
  for (const std::uint32_t address : {kTaskState + 4, kOtherTask + 0x20}) {
    go();
    expect_none(write_to(address, 4));
    EXPECT_EQ(eip(), kHandler);
  }
}

/// Pages are at their linear addresses, but for that of the stack.
class PagedDebugDelivery : public DebugDelivery {
 protected:
  void SetUp() override {
    if (GetParam() == "kvm" && !host_runs_paged_guests()) GTEST_SKIP() << "this KVM cannot page";
    DebugDelivery::SetUp();
  }

  static constexpr std::uint32_t kDirectory = 0xA000;
  static constexpr std::uint32_t kTable = 0xB000;
  static constexpr std::uint32_t kStackPage = 0x6000;
  static constexpr std::uint32_t kFrame = 0xC000;  // where it is

  void go_to_paged(std::initializer_list<std::uint8_t> code) {
    go_to_protected(code, 0);
    put_dword(kDirectory, kTable | 7);
    for (std::uint32_t page = 0; page < 0x10000; page += 0x1000) {
      put_dword(kTable + (page >> 12) * 4, (page == kStackPage ? kFrame : page) | 7);
    }
    CpuState state = target->registers();
    state.cr3 = kDirectory;
    state.cr0 |= cr0::kPg;
    target->set_registers(state);
  }
};

TEST_P(PagedDebugDelivery, AddressesAreLinear) {
  go_to_paged({0xCD, kVector});
  expect_hit(write_to(kTopOfStack - 12, 4));
  EXPECT_EQ(eip(), kHandler);
  go_to_paged({0xCD, kVector});
  expect_none(write_to(kFrame + 0x1000 - 12, 4));
  go_to_paged({0xCD, kVector});
  expect_none(write_to(kTable + (kStackPage >> 12) * 4, 4));  // its dirty bit
}

INSTANTIATE_TEST_SUITE_P(All, DebugDelivery, ::testing::ValuesIn(debug_targets()),
                         [](const auto& engine) { return engine.param; });
INSTANTIATE_TEST_SUITE_P(All, PagedDebugDelivery, ::testing::ValuesIn(debug_targets()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace strata::test
