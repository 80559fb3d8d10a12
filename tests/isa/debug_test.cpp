// Single step, breakpoints, RF, NMI and the shadows (SDM vol. 3, 6.7, 6.8 and chapter 17), and
// alignment checks (6.15, interrupt 17).
#include <gtest/gtest.h>

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kWatched = 0x3000;
constexpr std::uint32_t kReturn = 0xA000;  // a stack for IRETD

/// DR7 that enables breakpoint 0: R/W and LEN fields.
constexpr std::uint32_t dr7_for(unsigned watch, unsigned length_field) {
  return 1u | watch << 16 | length_field << 18;
}
constexpr unsigned kExecute = 0, kWrites = 1, kPorts = 2, kAccesses = 3;

/// Protected mode with state kept in the processor from step to step.
class DebugGuest : public GuestCpu {
 public:
  DebugGuest() { enter_protected_mode(); }

  void start(std::initializer_list<std::uint8_t> bytes) {
    code(bytes);
    cpu.load_state(state);
  }
  RetireRecord next() {
    const RetireRecord record = cpu.step();
    state = cpu.state();
    return record;
  }
  void expect_done() { EXPECT_EQ(next().kind, RetireKind::kInstruction); }
  void expect_trap(std::uint32_t cause, std::uint32_t return_eip) {
    EXPECT_EQ(state.pending_exception, kPendingDebugTrap);
    const RetireRecord record = next();
    EXPECT_EQ(record.kind, RetireKind::kException);
    EXPECT_EQ(record.vector, vector::kDebug);
    EXPECT_EQ(record.eip, return_eip);
    EXPECT_EQ(state.dr[6], dr6::kAlwaysOne | cause);
    EXPECT_EQ(state.pending_exception, 0u);
    EXPECT_EQ(state.eip, handler_of(vector::kDebug));
    EXPECT_EQ(pushed_eip(), return_eip);
  }
  /// Of a frame without error code.
  std::uint32_t pushed_eip() const { return memory<std::uint32_t>(state.gpr[kEsp]); }
  std::uint32_t pushed_eflags() const { return memory<std::uint32_t>(state.gpr[kEsp] + 8); }
};

// ---- single step (17.3.1.4) ----

TEST(SingleStep, TrapsAfterTheInstruction) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.start({0x40, 0x40});  // inc eax
  guest.expect_done();
  EXPECT_EQ(guest.state.gpr[kEax], 1u);
  guest.expect_trap(dr6::kBs, GuestCpu::kCode + 1);
  EXPECT_EQ(guest.state.eflags & eflags::kTf, 0u);
  EXPECT_EQ(guest.pushed_eflags() & eflags::kTf, eflags::kTf);
}

TEST(SingleStep, RunTrapsAsStepDoes) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.code({0xF4}, GuestCpu::handler_of(1));
  guest.start({0x40, 0x40});
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kHalted);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 1u);
  EXPECT_EQ(guest.cpu.state().dr[6], dr6::kAlwaysOne | dr6::kBs);
}

TEST(SingleStep, InstructionThatSetsTfIsNotTrapped) {
  DebugGuest guest;
  guest.set_memory<std::uint32_t>(GuestCpu::kStack, eflags::kTf);
  guest.code({0xF4}, GuestCpu::handler_of(1));
  guest.start({0x9D, 0x40, 0x40});  // popfd; inc eax; inc eax
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kHalted);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 1u);
}

TEST(SingleStep, InstructionThatClearsTfIsTrapped) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.set_memory<std::uint32_t>(GuestCpu::kStack, 0);
  guest.start({0x9D});
  guest.expect_done();
  guest.expect_trap(dr6::kBs, GuestCpu::kCode + 1);
}

TEST(SingleStep, EveryIterationTraps) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.state.gpr[kEcx] = 2;
  guest.state.gpr[kEdi] = kWatched;
  guest.start({0xF3, 0xAA});  // rep stosb
  EXPECT_TRUE(guest.next().partial);
  guest.expect_trap(dr6::kBs, GuestCpu::kCode);
  EXPECT_EQ(guest.pushed_eflags() & eflags::kRf, eflags::kRf) << "17.3.1.1: iterations are left";
  EXPECT_EQ(guest.state.gpr[kEcx], 1u);
}

TEST(SingleStep, InterruptInstructionIsNotTrapped) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.start({0xCD, 0x15});
  guest.expect_done();
  EXPECT_EQ(guest.state.pending_exception, 0u);
  EXPECT_EQ(guest.state.eip, GuestCpu::handler_of(0x15));
}

TEST(SingleStep, FaultIsDeliveredWithoutATrap) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.start({0x0F, 0x0B});
  EXPECT_EQ(guest.next().vector, vector::kInvalidOpcode);
  EXPECT_EQ(guest.state.pending_exception, 0u);
  EXPECT_EQ(guest.state.dr[6] & dr6::kBs, 0u);
}

TEST(SingleStep, LoadOfSsHoldsTheTrap) {  // 6.8.3
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.state.gpr[kEcx] = GuestCpu::kData32;
  guest.start({0x8E, 0xD1, 0x40});  // mov ss, cx; inc eax
  guest.expect_done();
  EXPECT_EQ(guest.state.pending_exception, 0u);
  guest.expect_done();
  guest.expect_trap(dr6::kBs, GuestCpu::kCode + 3);
}

TEST(SingleStep, TrapWakesAHaltedProcessor) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.start({0xF4});
  guest.expect_done();
  EXPECT_EQ(guest.state.halted, 1u);
  guest.expect_trap(dr6::kBs, GuestCpu::kCode + 1);
  EXPECT_EQ(guest.state.halted, 0u);
}

TEST(SingleStep, PendingTrapIsPartOfTheState) {
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf;
  guest.start({0x40});
  guest.expect_done();
  guest.cpu.load_state(CpuState::reset());
  guest.cpu.load_state(guest.state);
  guest.expect_trap(dr6::kBs, GuestCpu::kCode + 1);
}

TEST(SingleStep, TrapComesBeforeNmiAndInterrupts) {  // table 6-2
  DebugGuest guest;
  guest.state.eflags |= eflags::kTf | eflags::kIf;
  guest.start({0x40});
  guest.cpu.run(1);
  guest.cpu.set_interrupt_line(true);
  guest.cpu.raise_nmi();
  guest.cpu.run(2);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(1));
  guest.cpu.run(3);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(2));
  EXPECT_TRUE(guest.bus.log.empty()) << "the gates have cleared IF";
}

// ---- instruction breakpoints and RF (17.3.1.1) ----

TEST(InstructionBreakpoint, FaultsBeforeTheInstruction) {
  DebugGuest guest;
  guest.state.dr[0] = GuestCpu::kCode + 1;
  guest.state.dr[7] |= dr7_for(kExecute, 0);
  guest.start({0x40, 0x41});  // inc eax; inc ecx
  guest.expect_done();
  const RetireRecord record = guest.next();
  EXPECT_EQ(record.kind, RetireKind::kException);
  EXPECT_EQ(record.vector, vector::kDebug);
  EXPECT_EQ(guest.pushed_eip(), GuestCpu::kCode + 1);
  EXPECT_EQ(guest.pushed_eflags() & eflags::kRf, 0u);
  EXPECT_EQ(guest.state.gpr[kEcx], 0u);
  EXPECT_EQ(guest.state.dr[6], dr6::kAlwaysOne | 1);
}

TEST(InstructionBreakpoint, AddressIsLinear) {
  GuestCpu guest;
  guest.state.seg[kCs].base = 0x800;
  guest.state.eip = GuestCpu::kCode - 0x800;
  guest.state.dr[3] = GuestCpu::kCode;
  guest.state.dr[7] |= 2u << 6;  // G3
  guest.code({0x40});
  EXPECT_EQ(guest.step().vector, vector::kDebug);
  EXPECT_EQ(guest.state.dr[6], dr6::kAlwaysOne | 8);
}

TEST(InstructionBreakpoint, HandlerReturnsOverItWithRfSetOnce) {
  DebugGuest guest;
  guest.state.dr[0] = GuestCpu::kCode;
  guest.state.dr[7] |= dr7_for(kExecute, 0);
  guest.state.gpr[kEsp] = kReturn;
  guest.set_memory<std::uint32_t>(kReturn, GuestCpu::kCode);
  guest.set_memory<std::uint32_t>(kReturn + 4, GuestCpu::kCode32);
  guest.set_memory<std::uint32_t>(kReturn + 8, eflags::kRf);
  guest.state.eip = 0x2000;
  guest.code({0xCF}, 0x2000);       // iretd
  guest.start({0x40, 0xEB, 0xFD});  // inc eax; jmp back to it
  guest.expect_done();
  EXPECT_EQ(guest.state.eflags & eflags::kRf, eflags::kRf);
  guest.expect_done();
  EXPECT_EQ(guest.state.gpr[kEax], 1u);
  EXPECT_EQ(guest.state.eflags & eflags::kRf, 0u);
  guest.expect_done();
  EXPECT_EQ(guest.next().vector, vector::kDebug);
}

TEST(InstructionBreakpoint, IsMetOnceByARepeatedInstruction) {
  DebugGuest guest;
  guest.state.dr[0] = GuestCpu::kCode;
  guest.state.dr[7] |= dr7_for(kExecute, 0);
  guest.state.eflags |= eflags::kRf;
  guest.state.gpr[kEcx] = 3;
  guest.state.gpr[kEdi] = kWatched;
  guest.start({0xF3, 0xAA});
  EXPECT_TRUE(guest.next().partial);
  EXPECT_TRUE(guest.next().partial);
  guest.expect_done();
  EXPECT_EQ(guest.state.eflags & eflags::kRf, 0u);
}

TEST(InstructionBreakpoint, IsNotMetBehindALoadOfSs) {
  DebugGuest guest;
  guest.state.dr[0] = GuestCpu::kCode + 2;
  guest.state.dr[7] |= dr7_for(kExecute, 0);
  guest.state.gpr[kEcx] = GuestCpu::kData32;
  guest.start({0x8E, 0xD1, 0x40});
  guest.expect_done();
  guest.expect_done();
  EXPECT_EQ(guest.state.gpr[kEax], 1u);
}

TEST(InstructionBreakpoint, DisabledOneIsNotMet) {
  DebugGuest guest;
  guest.state.dr[0] = GuestCpu::kCode;
  guest.start({0x40});
  guest.expect_done();
}

TEST(ResumeFlag, IsSetInTheImageOfAFault) {
  DebugGuest guest;
  guest.start({0x0F, 0x0B});
  guest.next();
  EXPECT_EQ(guest.pushed_eflags() & eflags::kRf, eflags::kRf);
  EXPECT_EQ(guest.state.eflags & eflags::kRf, 0u);
}

TEST(ResumeFlag, IsClearInTheImageOfAnInterrupt) {
  DebugGuest guest;
  guest.cpu.load_state(guest.state);
  guest.cpu.deliver_interrupt(0x1F);
  guest.state = guest.cpu.state();
  EXPECT_EQ(guest.pushed_eflags() & eflags::kRf, 0u);
}

// ---- data and I/O breakpoints (17.2.4, 17.3.1.2) ----

struct DataCase {
  const char* name;
  unsigned watch;
  unsigned length_field;
  std::uint32_t breakpoint;
  std::vector<std::uint8_t> code;
  bool met;
};

class DataBreakpoint : public testing::TestWithParam<DataCase> {};

TEST_P(DataBreakpoint, TrapsAfterTheAccessIfOneByteIsShared) {
  const DataCase& c = GetParam();
  DebugGuest guest;
  guest.state.dr[0] = c.breakpoint;
  guest.state.dr[7] |= dr7_for(c.watch, c.length_field);
  guest.state.gpr[kEbx] = kWatched;
  for (std::size_t n = 0; n < c.code.size(); ++n) {
    guest.set_memory<std::uint8_t>(GuestCpu::kCode + static_cast<std::uint32_t>(n), c.code[n]);
  }
  guest.start({});
  guest.expect_done();
  if (c.met) {
    guest.expect_trap(1, GuestCpu::kCode + static_cast<std::uint32_t>(c.code.size()));
  } else {
    EXPECT_EQ(guest.state.pending_exception, 0u);
    EXPECT_EQ(guest.state.dr[6], dr6::kAlwaysOne);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, DataBreakpoint,
    testing::Values(DataCase{"WriteMeetsWrite", kWrites, 0, kWatched, {0x88, 0x03}, true},
                    DataCase{"ReadMissesWrite", kWrites, 0, kWatched, {0x8A, 0x03}, false},
                    DataCase{"ReadMeetsAccess", kAccesses, 0, kWatched, {0x8A, 0x03}, true},
                    DataCase{"ModifyMeetsWrite", kWrites, 0, kWatched, {0xFE, 0x03}, true},
                    DataCase{"ByteBelow", kAccesses, 0, kWatched - 1, {0x8A, 0x03}, false},
                    DataCase{"DwordCoversByte", kAccesses, 0, kWatched + 3, {0x8B, 0x03}, true},
                    DataCase{"ByteInDword", kAccesses, 3, kWatched - 3, {0x8A, 0x43, 0xFF}, true},
                    DataCase{"LowBitsIgnored", kAccesses, 3, kWatched + 3, {0x8A, 0x03}, true},
                    DataCase{"WordsAreAligned", kAccesses, 1, kWatched + 1, {0x8A, 0x03}, true},
                    DataCase{"PastTheWord", kAccesses, 1, kWatched, {0x8A, 0x43, 0x02}, false},
                    DataCase{"PushIsAWrite", kWrites, 3, GuestCpu::kStack - 4, {0x50}, true},
                    DataCase{"FetchIsNoAccess", kAccesses, 3, GuestCpu::kCode, {0x40}, false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(DataBreakpoints, AllThatMatchAreReported) {
  DebugGuest guest;
  guest.state.dr[0] = kWatched;
  guest.state.dr[1] = kWatched + 2;
  guest.state.dr[2] = kWatched + 8;
  guest.state.dr[7] |= 0x3F | kAccesses << 16 | kAccesses << 20 | kAccesses << 24;
  guest.state.eflags |= eflags::kTf;
  guest.state.gpr[kEbx] = kWatched;
  guest.start({0x8B, 0x03});
  guest.expect_done();
  guest.expect_trap(dr6::kBs | 3, GuestCpu::kCode + 2);
}

TEST(DataBreakpoints, FaultingInstructionMeetsNone) {
  DebugGuest guest;
  guest.state.dr[0] = kWatched;
  guest.state.dr[7] |= dr7_for(kAccesses, 0);
  guest.state.seg[kEs].limit = 0;
  guest.state.gpr[kEsi] = kWatched;
  guest.state.gpr[kEdi] = kWatched;
  guest.start({0xA4});  // movsb reads DS, faults in ES
  EXPECT_EQ(guest.next().vector, vector::kGeneralProtection);
  EXPECT_EQ(guest.state.dr[6], dr6::kAlwaysOne);
  EXPECT_EQ(guest.state.pending_exception, 0u);
}

TEST(DataBreakpoints, RunStopsAtThemToo) {
  DebugGuest guest;
  guest.code({0xF4}, GuestCpu::handler_of(1));
  // mov dr0, ebx; mov dr7, eax; mov [ebx], al; inc ecx
  guest.state.gpr[kEbx] = kWatched;
  guest.state.gpr[kEax] = dr7_for(kWrites, 0);
  guest.start({0x0F, 0x23, 0xC3, 0x0F, 0x23, 0xF8, 0x88, 0x03, 0x41});
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kHalted);
  EXPECT_EQ(guest.cpu.state().gpr[kEcx], 0u);
  EXPECT_EQ(guest.memory<std::uint8_t>(kWatched), 1);
}

TEST(PortBreakpoint, NeedsDebugExtensions) {
  for (const bool extensions : {false, true}) {
    DebugGuest guest;
    guest.state.cr4 = extensions ? cr4::kDe : 0;
    guest.state.dr[0] = 0x61;
    guest.state.dr[7] |= dr7_for(kPorts, 0);
    guest.start({0xE5, 0x60});  // in eax, 60
    guest.expect_done();
    EXPECT_EQ(guest.state.pending_exception != 0, extensions);
    EXPECT_EQ(guest.state.dr[6] & 1, extensions ? 1u : 0u);
  }
}

// ---- MOV to and from debug registers (17.2) ----

TEST(DebugRegisters, KeepTheBitsThatExist) {
  DebugGuest guest;
  guest.state.gpr[kEax] = 0xFFFFFFFF;
  guest.state.gpr[kEbx] = 0;
  guest.start({0x0F, 0x23, 0xF0, 0x0F, 0x21, 0xF1,    // mov dr6, eax; mov ecx, dr6
               0x0F, 0x23, 0xF3, 0x0F, 0x21, 0xF2,    // mov dr6, ebx; mov edx, dr6
               0x0F, 0x23, 0xFB, 0x0F, 0x21, 0xFE});  // mov dr7, ebx; mov esi, dr7
  for (unsigned n = 0; n < 6; ++n) {
    guest.expect_done();
  }
  EXPECT_EQ(guest.state.gpr[kEcx], 0xFFFFEFFFu);
  EXPECT_EQ(guest.state.gpr[kEdx], 0xFFFF0FF0u);
  EXPECT_EQ(guest.state.gpr[kEsi], 0x400u);
}

TEST(DebugRegisters, FourAndFiveAreAliasesUnlessDe) {
  DebugGuest guest;
  guest.state.dr[6] = dr6::kAlwaysOne | 5;
  guest.start({0x0F, 0x21, 0xE1, 0x0F, 0x21, 0xE9});  // mov ecx, dr4; mov ecx, dr5
  guest.expect_done();
  EXPECT_EQ(guest.state.gpr[kEcx], dr6::kAlwaysOne | 5);
  guest.expect_done();
  EXPECT_EQ(guest.state.gpr[kEcx], 0x400u);
  guest.state.cr4 = cr4::kDe;
  guest.state.eip = GuestCpu::kCode;
  EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
}

TEST(DebugRegisters, GeneralDetectFaultsAndIsClearedByTheDelivery) {
  DebugGuest guest;
  guest.state.dr[7] |= dr7::kGd;
  guest.start({0x0F, 0x21, 0xC0});  // mov eax, dr0
  EXPECT_EQ(guest.next().vector, vector::kDebug);
  EXPECT_EQ(guest.pushed_eip(), GuestCpu::kCode);
  EXPECT_EQ(guest.state.dr[6], dr6::kAlwaysOne | dr6::kBd);
  EXPECT_EQ(guest.state.dr[7] & dr7::kGd, 0u);
}

struct TestRegisterCase {
  CpuFamily family;
  unsigned first;  // lowest number that exists; 8: none
};

TEST(TestRegisters, ExistOnThe386And486) {  // 386 manual, 10.6; 486 manual, 10.4
  for (const TestRegisterCase& c :
       {TestRegisterCase{CpuFamily::k386, 6}, TestRegisterCase{CpuFamily::k486, 3},
        TestRegisterCase{CpuFamily::k586, 8}}) {
    for (unsigned number = 0; number < 8; ++number) {
      GuestCpu guest(c.family);
      guest.code({0x0F, 0x24, static_cast<std::uint8_t>(0xC0 | number << 3)});
      guest.state.gpr[kEax] = 0xFFFFFFFF;
      const bool exists = number >= c.first;
      EXPECT_EQ(guest.step().kind == RetireKind::kInstruction, exists) << number;
      EXPECT_EQ(guest.state.gpr[kEax], exists ? 0 : 0xFFFFFFFF);
    }
  }
}

// ---- NMI and shadows (6.7, 6.8) ----

TEST(Nmi, IsTakenWithInterruptsDisabledAndBlocksOthersUntilIret) {
  DebugGuest guest;
  guest.code({0x90, 0xCF}, GuestCpu::handler_of(2));  // nop; iretd
  guest.start({0x40, 0x40});
  guest.cpu.raise_nmi();
  guest.cpu.run(1);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(2));
  EXPECT_EQ(guest.cpu.state().nmi_blocked, 1u);
  guest.cpu.raise_nmi();
  guest.cpu.run(2);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(2) + 1);
  guest.cpu.run(3);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::kCode);
  EXPECT_EQ(guest.cpu.state().nmi_blocked, 0u);
  guest.cpu.run(4);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(2));
}

TEST(Nmi, IretThatFaultsUnblocksToo) {  // 6.7.1
  DebugGuest guest;
  guest.state.nmi_blocked = 1;
  guest.set_memory<std::uint32_t>(GuestCpu::kStack + 4, 0);
  guest.start({0xCF});
  EXPECT_EQ(guest.next().vector, vector::kGeneralProtection);
  EXPECT_EQ(guest.state.nmi_blocked, 0u);
}

TEST(Nmi, WaitsForTheInstructionBehindALoadOfSs) {
  DebugGuest guest;
  guest.state.gpr[kEcx] = GuestCpu::kData32;
  guest.start({0x8E, 0xD1, 0x40, 0x40});
  guest.cpu.run(1);
  guest.cpu.raise_nmi();
  guest.cpu.run(3);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 1u);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(2));
}

TEST(Nmi, StiDoesNotHoldIt) {
  DebugGuest guest;
  guest.start({0xFB, 0x40});
  guest.cpu.run(1);
  guest.cpu.raise_nmi();
  guest.cpu.run(2);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 0u);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(2));
  EXPECT_EQ(guest.cpu.state().shadow, std::uint32_t{kNoShadow}) << "STI's shadow ends with it";
}

TEST(Nmi, WakesAHaltedProcessor) {
  DebugGuest guest;
  guest.start({0xF4});
  EXPECT_EQ(guest.cpu.run(10), StopReason::kHalted);
  guest.cpu.raise_nmi();
  guest.cpu.run(2);
  EXPECT_EQ(guest.cpu.state().eip, GuestCpu::handler_of(2));
  EXPECT_EQ(guest.memory<std::uint32_t>(guest.cpu.state().gpr[kEsp]), GuestCpu::kCode + 1);
}

TEST(Nmi, DeliverNmiGivesItsRecord) {
  DebugGuest guest;
  guest.cpu.load_state(guest.state);
  const RetireRecord record = guest.cpu.deliver_nmi();
  EXPECT_EQ(record.kind, RetireKind::kInterrupt);
  EXPECT_EQ(record.vector, vector::kNmi);
}

// ---- alignment checks (table 6-7) ----

class Alignment : public testing::Test {
 protected:
  /// One access with AC, AM and CPL as told.
  RetireRecord access(std::initializer_list<std::uint8_t> bytes, std::uint32_t at, bool flag = true,
                      bool mask = true, unsigned level = 3) {
    guest_.state.eflags = eflags::kReserved1 | (flag ? eflags::kAc : 0);
    guest_.state.cr0 |= mask ? cr0::kAm : 0;
    for (SegmentState& segment : guest_.state.seg) {
      segment.attributes |= level << attr::kDplShift;
    }
    guest_.set_descriptor(GuestCpu::kCode32, 0, 0xFFFFF, guest_.state.seg[kCs].attributes);
    guest_.state.gpr[kEbx] = at;
    guest_.start(bytes);
    return guest_.next();
  }
  DebugGuest guest_;
};

TEST_F(Alignment, MisalignedDwordFaultsWithErrorCodeZero) {
  const RetireRecord record = access({0x8B, 0x03}, kWatched + 2);
  EXPECT_EQ(record.kind, RetireKind::kException);
  EXPECT_EQ(record.vector, vector::kAlignmentCheck);
  EXPECT_EQ(record.error_code, 0u);
  EXPECT_EQ(guest_.memory<std::uint32_t>(guest_.state.gpr[kEsp] + 4), GuestCpu::kCode)
      << "an error code is pushed";
}

TEST_F(Alignment, AlignedAccessesPass) {
  EXPECT_EQ(access({0x8B, 0x03}, kWatched).kind, RetireKind::kInstruction);
}

TEST_F(Alignment, BytesAreAlwaysAligned) {
  EXPECT_EQ(access({0x8A, 0x03}, kWatched + 3).kind, RetireKind::kInstruction);
}

TEST_F(Alignment, OddWordFaults) {
  EXPECT_EQ(access({0x66, 0x89, 0x03}, kWatched + 1).vector, vector::kAlignmentCheck);
}

TEST_F(Alignment, QuadwordOfCmpxchg8bNeedsEightBytes) {
  EXPECT_EQ(access({0x0F, 0xC7, 0x0B}, kWatched + 4).vector, vector::kAlignmentCheck);
}

TEST_F(Alignment, AlignedQuadwordPasses) {
  EXPECT_EQ(access({0x0F, 0xC7, 0x0B}, kWatched).kind, RetireKind::kInstruction);
}

TEST_F(Alignment, NeedsTheFlag) {
  EXPECT_EQ(access({0x8B, 0x03}, kWatched + 1, false).kind, RetireKind::kInstruction);
}

TEST_F(Alignment, NeedsTheMask) {
  EXPECT_EQ(access({0x8B, 0x03}, kWatched + 1, true, false).kind, RetireKind::kInstruction);
}

TEST_F(Alignment, NeedsLevelThree) {
  EXPECT_EQ(access({0x8B, 0x03}, kWatched + 1, true, true, 2).kind, RetireKind::kInstruction);
}

}  // namespace
}  // namespace strata::test
