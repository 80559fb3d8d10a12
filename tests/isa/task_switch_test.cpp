// Hardware task switching (SDM vol. 3, chapter 7; 80386 Programmer's Reference Manual, 7.5).
#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

using G = ProtectedGuest;

constexpr std::uint32_t kOther = G::kOtherTssBase;

bool is_busy(const G& guest, std::uint16_t selector) {
  return (guest.access_of(selector) & G::kBusy) != 0;
}

void fill_other(G& guest) {
  for (unsigned n = 0; n < 8; ++n) {
    guest.set_memory<std::uint32_t>(kOther + 0x28 + 4 * n, 0x1000 * (n + 1) + 0xB0000);
  }
  guest.set_memory<std::uint32_t>(kOther + 0x24, eflags::kCf | eflags::kIf);
  guest.set_memory<std::uint32_t>(kOther + 0x1C, 0x7000);  // CR3
}

/// SDM vol. 3, 7.3, steps 6 to 12, for JMP.
TEST(TaskSwitch, JumpSavesTheOldTaskAndLoadsTheNew) {
  G guest;
  fill_other(guest);
  for (unsigned n = 0; n < 8; ++n) {
    guest.state.gpr[n] = 0xC0000000 + n;
  }
  guest.state.eflags |= eflags::kZf | eflags::kNt;
  EXPECT_TRUE(executed(jump(guest, G::kOtherTss)));
  // The old task.
  const std::uint32_t old = G::kTssBase;
  EXPECT_EQ(guest.memory<std::uint32_t>(old + 0x20), G::kCode + 7) << "EIP of the next instruction";
  EXPECT_EQ(guest.memory<std::uint32_t>(old + 0x24), 2 | eflags::kZf | eflags::kNt);
  for (unsigned n = 0; n < 8; ++n) {
    EXPECT_EQ(guest.memory<std::uint32_t>(old + 0x28 + 4 * n), 0xC0000000 + n);
  }
  EXPECT_EQ(guest.memory<std::uint32_t>(old + 0x4C), std::uint32_t{G::kCode32});
  EXPECT_EQ(guest.memory<std::uint32_t>(old + 0x50), std::uint32_t{G::kData32});
  EXPECT_FALSE(is_busy(guest, G::kTss));
  // The new one.
  EXPECT_EQ(guest.state.eip, G::kNewTask);
  EXPECT_EQ(guest.state.eflags, 2 | eflags::kCf | eflags::kIf) << "no NT for JMP";
  for (unsigned n = 0; n < 8; ++n) {
    EXPECT_EQ(guest.state.gpr[n], 0x1000 * (n + 1) + 0xB0000) << n;
  }
  EXPECT_TRUE(is_busy(guest, G::kOtherTss));
  EXPECT_EQ(guest.state.tr, guest.cache(G::kOtherTss));
  EXPECT_NE(guest.state.cr0 & cr0::kTs, 0u);
  EXPECT_EQ(guest.state.cr3, 0u) << "CR3 is loaded with paging on only";
  EXPECT_EQ(guest.memory<std::uint16_t>(kOther), 0) << "no back link for JMP";
  EXPECT_EQ(guest.state.seg[kCs], guest.cache(G::kCode32));
}

/// SDM vol. 3, 7.4 and table 7-2: CALL links the tasks, IRET goes back.
TEST(TaskSwitch, CallNestsAndIretReturns) {
  G guest;
  fill_other(guest);
  EXPECT_TRUE(executed(call(guest, G::kOtherTss)));
  EXPECT_EQ(guest.memory<std::uint16_t>(kOther), G::kTss);
  EXPECT_NE(guest.state.eflags & eflags::kNt, 0u);
  EXPECT_TRUE(is_busy(guest, G::kTss));
  EXPECT_TRUE(is_busy(guest, G::kOtherTss));

  EXPECT_TRUE(executed(guest.run({0xCF})));
  EXPECT_EQ(guest.state.eip, G::kCode + 7);
  EXPECT_EQ(guest.state.tr, guest.cache(G::kTss));
  EXPECT_TRUE(is_busy(guest, G::kTss));
  EXPECT_FALSE(is_busy(guest, G::kOtherTss));
  EXPECT_EQ(guest.memory<std::uint32_t>(kOther + 0x20), G::kNewTask + 1);
  EXPECT_EQ(guest.memory<std::uint32_t>(kOther + 0x24) & eflags::kNt, 0u) << "NT saved clear";
  EXPECT_EQ(guest.state.eflags & eflags::kNt, 0u);
}

/// SDM vol. 3, 7.2.5: a task gate may be used where the TSS itself is out of reach.
TEST(TaskSwitch, TaskGateLeadsToItsTss) {
  G guest;
  guest.enter_level3();
  guest.set_gdt_gate(G::kSlot, G::kOtherTss, 0, 0xE5);
  EXPECT_TRUE(executed(jump(guest, G::kSlot | 3)));
  EXPECT_EQ(guest.state.tr.selector, G::kOtherTss);
  EXPECT_EQ(guest.cpl(), 0u);
  G direct;
  direct.enter_level3();
  EXPECT_TRUE(raised(jump(direct, G::kOtherTss), vector::kGeneralProtection, G::kOtherTss));
}

/// SDM vol. 3, 6.12.2: through a task gate in the IDT; the error code goes on the new task's stack.
TEST(TaskSwitch, ExceptionThroughATaskGate) {
  G guest;
  fill_other(guest);
  guest.set_memory<std::uint32_t>(kOther + 0x38, G::kNewStack);
  guest.set_idt_gate(13, G::kOtherTss, 0, 0x85);
  guest.state.gpr[kEax] = G::kPastGdt;
  EXPECT_TRUE(raised(guest.run({0x8E, 0xD8}), vector::kGeneralProtection, G::kPastGdt));
  EXPECT_EQ(guest.state.eip, G::kNewTask);
  EXPECT_EQ(guest.esp(), G::kNewStack - 4);
  EXPECT_EQ(guest.stack(0), G::kPastGdt);
  EXPECT_EQ(guest.memory<std::uint32_t>(G::kTssBase + 0x20), G::kCode) << "the fault's EIP";
  EXPECT_EQ(guest.memory<std::uint16_t>(kOther), G::kTss);
  EXPECT_NE(guest.state.eflags & eflags::kNt, 0u);
  EXPECT_NE(guest.state.eflags & eflags::kIf, 0u) << "IF is the new task's";
}

TEST(TaskSwitch, InterruptAndIntThroughATaskGate) {
  G guest;
  guest.set_idt_gate(9, G::kOtherTss, 0, 0xE5);
  EXPECT_TRUE(executed(guest.run({0xCD, 9})));
  EXPECT_EQ(guest.memory<std::uint32_t>(G::kTssBase + 0x20), G::kCode + 2);
  EXPECT_EQ(guest.esp(), G::kNewStack) << "no error code";
  G other;
  other.set_idt_gate(9, G::kOtherTss, 0, 0x85);
  other.cpu.load_state(other.state);
  EXPECT_EQ(other.cpu.deliver_interrupt(9).kind, RetireKind::kInterrupt);
  EXPECT_EQ(other.memory<std::uint32_t>(G::kTssBase + 0x20), G::kCode);
}

/// SDM vol. 3, 7.2.2 and 7.6: the 16-bit TSS.
TEST(TaskSwitch, SixteenBitTss) {
  G guest;
  fill_other(guest);
  guest.set_memory<std::uint16_t>(G::kTss16Base + 0x10, eflags::kCf | 2);
  guest.set_memory<std::uint16_t>(G::kTss16Base + 0x12, 0xABCD);
  guest.state.seg[kFs] = guest.state.seg[kGs] = guest.cache(G::kData32);
  EXPECT_TRUE(executed(call(guest, G::kTss16)));
  EXPECT_EQ(guest.state.eip, G::kNewTask);
  EXPECT_EQ(guest.state.gpr[kEax], 0xFFFFABCDu);
  EXPECT_EQ(guest.state.gpr[kEsp] & 0xFFFF, G::kNewStack);
  EXPECT_EQ(guest.state.eflags, 2 | eflags::kCf | eflags::kNt);
  EXPECT_EQ(guest.state.seg[kFs].attributes, attr::kUnusable);
  EXPECT_EQ(guest.memory<std::uint16_t>(G::kTss16Base), G::kTss);
  // Back: words are saved, and no more.
  guest.state.gpr[kEax] = 0x11112222;
  guest.set_memory<std::uint32_t>(G::kTss16Base + 0x2A, 0xFFFF0000);
  EXPECT_TRUE(executed(guest.run({0xCF})));
  EXPECT_EQ(guest.memory<std::uint16_t>(G::kTss16Base + 0x12), 0x2222);
  EXPECT_EQ(guest.memory<std::uint16_t>(G::kTss16Base + 0x0E), G::kNewTask + 1);
  EXPECT_EQ(guest.memory<std::uint32_t>(G::kTss16Base + 0x2A), 0xFFFF0000u);
  EXPECT_EQ(guest.state.eip, G::kCode + 7);
}

struct RefusedCase {
  const char* name;
  void (*prepare)(G&);
  std::uint16_t selector;
  unsigned vector;
  std::uint32_t error;
};

void gate_to(G& guest, std::uint16_t tss) {
  guest.set_gdt_gate(G::kSlot, tss, 0, 0x85);
}

// SDM vol. 2, JMP, TASK-GATE and TASK-STATE-SEGMENT; vol. 3, table 7-1.
const RefusedCase kRefused[] = {
    {"BusyTss", [](G&) {}, G::kTss, 13, G::kTss},
    {"RplAboveDpl", [](G&) {}, G::kOtherTss | 1, 13, G::kOtherTss},
    {"AbsentTss", [](G& g) { g.set_descriptor(G::kOtherTss, kOther, 0x67, 9); }, G::kOtherTss, 11,
     G::kOtherTss},
    {"ShortTss", [](G& g) { g.set_descriptor(G::kOtherTss, kOther, 0x66, 0x89); }, G::kOtherTss, 10,
     G::kOtherTss},
    {"ShortTss16", [](G& g) { g.set_descriptor(G::kTss16, kOther, 0x2A, 0x81); }, G::kTss16, 10,
     G::kTss16},
    {"AbsentGate", [](G& g) { g.set_gdt_gate(G::kSlot, G::kOtherTss, 0, 5); }, G::kSlot, 11,
     G::kSlot},
    {"GateToLdt", [](G& g) { gate_to(g, G::kOtherTss | 4); }, G::kSlot, 13, G::kOtherTss | 4},
    {"GatePastGdt", [](G& g) { gate_to(g, G::kPastGdt); }, G::kSlot, 13, G::kPastGdt},
    {"GateToBusy", [](G& g) { gate_to(g, G::kTss); }, G::kSlot, 13, G::kTss},
    {"GateToCode", [](G& g) { gate_to(g, G::kCode32); }, G::kSlot, 13, G::kCode32},
    {"OldTssTooShort", [](G& g) { g.state.tr.limit = 0x66; }, G::kOtherTss, 10, G::kTss},
};

class Refused : public testing::TestWithParam<RefusedCase> {};

TEST_P(Refused, LeavesTheOldTask) {
  const RefusedCase& c = GetParam();
  for (const bool by_call : {false, true}) {
    G guest;
    c.prepare(guest);
    const CpuState before = guest.state;
    const RetireRecord record = by_call ? call(guest, c.selector) : jump(guest, c.selector);
    EXPECT_TRUE(raised(record, c.vector, c.error));
    EXPECT_EQ(guest.stack(1), G::kCode);
    EXPECT_EQ(guest.state.tr, before.tr);
    EXPECT_EQ(guest.state.cr0, before.cr0);
    EXPECT_TRUE(is_busy(guest, G::kTss));
    EXPECT_FALSE(is_busy(guest, G::kOtherTss));
    EXPECT_EQ(guest.memory<std::uint32_t>(G::kTssBase + 0x20), 0u) << "nothing saved";
  }
}

INSTANTIATE_TEST_SUITE_P(Target, Refused, testing::ValuesIn(kRefused),
                         [](const auto& c) { return c.param.name; });

/// SDM vol. 2, IRET, TASK-RETURN: the back link must name a busy TSS in the GDT, else #TS.
TEST(TaskSwitch, IretChecksTheBackLink) {
  const std::uint16_t bad[] = {0, G::kOtherTss, G::kPastGdt, G::kTss | 4, G::kCode32};
  for (const std::uint16_t link : bad) {
    G guest;
    guest.state.eflags |= eflags::kNt;
    guest.set_memory<std::uint16_t>(G::kTssBase, link);
    EXPECT_TRUE(raised(guest.run({0xCF}), vector::kInvalidTss, link)) << link;
    EXPECT_EQ(guest.stack(1), G::kCode);
  }
  G guest;
  guest.state.eflags |= eflags::kNt;
  guest.set_memory<std::uint16_t>(G::kTssBase, G::kOtherTss);
  guest.set_descriptor(G::kOtherTss, kOther, 0x67, 0x0B);  // busy, absent
  EXPECT_TRUE(raised(guest.run({0xCF}), vector::kSegmentNotPresent, G::kOtherTss));
}

// ---- faults of the new task ----

struct NewTaskCase {
  const char* name;
  std::uint32_t field;  // of the new TSS
  std::uint32_t value;
  std::uint32_t slot;  // attributes of kSlot
  unsigned vector;
  std::uint32_t error;
};

class NewTaskFaults : public testing::TestWithParam<NewTaskCase> {};

constexpr std::uint32_t kCsField = 0x4C;
constexpr std::uint32_t kSsField = 0x50;
constexpr std::uint32_t kDsField = 0x54;
constexpr std::uint32_t kGsField = 0x5C;
constexpr std::uint32_t kLdtField = 0x60;

/// SDM vol. 3, 7.3 step 13 and table 7-1: the error is the new task's, with its registers and EIP.
TEST_P(NewTaskFaults, AreRaisedInTheNewTask) {
  const NewTaskCase& c = GetParam();
  G guest;
  fill_other(guest);
  guest.set_memory<std::uint32_t>(kOther + c.field, c.value);
  guest.set_descriptor(G::kSlot, 0, 0xFFFFF, c.slot | G::kFlat);
  // A third task handles the exception: it needs nothing of the second one's segments.
  guest.set_descriptor(G::kSlot2, 0x5700, 0x67, 0x89);
  guest.set_memory<std::uint32_t>(0x5700 + 0x20, 0x2800);
  guest.set_memory<std::uint32_t>(0x5700 + 0x38, 0xC000);
  guest.set_memory<std::uint32_t>(0x5700 + 0x4C, G::kCode32);
  guest.set_memory<std::uint32_t>(0x5700 + 0x50, G::kData32);
  guest.set_idt_gate(c.vector, G::kSlot2, 0, 0x85);
  EXPECT_TRUE(raised(call(guest, G::kOtherTss), c.vector, c.error));
  EXPECT_EQ(guest.state.eip, 0x2800u);
  EXPECT_EQ(guest.memory<std::uint32_t>(0xC000 - 4), c.error);
  EXPECT_EQ(guest.memory<std::uint16_t>(0x5700), G::kOtherTss) << "the fault came from it";
  EXPECT_EQ(guest.memory<std::uint32_t>(kOther + 0x20), G::kNewTask);
  EXPECT_EQ(guest.memory<std::uint32_t>(kOther + 0x2C), 0xB2000u) << "ECX of the new task";
  EXPECT_EQ(guest.memory<std::uint32_t>(kOther + kGsField),
            c.field == kGsField ? c.value : G::kData32);
  EXPECT_EQ(guest.memory<std::uint32_t>(G::kTssBase + 0x20), G::kCode + 7);
}

constexpr std::uint32_t kCodeAccess = G::kPresent | G::kCodeXr;
constexpr std::uint32_t kDataAccess = G::kPresent | G::kDataRw;

INSTANTIATE_TEST_SUITE_P(
    Table71, NewTaskFaults,
    testing::Values(
        NewTaskCase{"LdtInLdt", kLdtField, G::kLdt | 4, 0, 10, G::kLdt | 4},
        NewTaskCase{"LdtPastGdt", kLdtField, G::kPastGdt, 0, 10, G::kPastGdt},
        NewTaskCase{"LdtIsData", kLdtField, G::kData32, 0, 10, G::kData32},
        NewTaskCase{"LdtAbsent", kLdtField, G::kSlot, 0x2, 10, G::kSlot},
        NewTaskCase{"NullCs", kCsField, 0, 0, 10, 0},
        NewTaskCase{"CsPastGdt", kCsField, G::kPastGdt, 0, 10, G::kPastGdt},
        NewTaskCase{"CsIsData", kCsField, G::kSlot, kDataAccess, 10, G::kSlot},
        NewTaskCase{"CsDplNotRpl", kCsField, G::kSlot, kCodeAccess | G::kDpl3, 10, G::kSlot},
        NewTaskCase{"ConformingDplAboveRpl", kCsField, G::kSlot,
                    G::kPresent | G::kConforming | G::kDpl3, 10, G::kSlot},
        NewTaskCase{"CsAbsent", kCsField, G::kSlot, G::kCodeXr, 11, G::kSlot},
        NewTaskCase{"NullSs", kSsField, 0, 0, 10, 0},
        NewTaskCase{"SsRpl", kSsField, G::kData32 | 1, 0, 10, G::kData32},
        NewTaskCase{"SsDpl", kSsField, G::kSlot, kDataAccess | G::kDpl3, 10, G::kSlot},
        NewTaskCase{"SsReadOnly", kSsField, G::kSlot, G::kPresent | G::kDataRo, 10, G::kSlot},
        NewTaskCase{"SsAbsent", kSsField, G::kSlot, G::kDataRw, 12, G::kSlot},
        NewTaskCase{"DsPastGdt", kDsField, G::kPastGdt, 0, 10, G::kPastGdt},
        NewTaskCase{"DsExecuteOnly", kDsField, G::kSlot, G::kPresent | G::kCodeXo, 10, G::kSlot},
        NewTaskCase{"DsAbsent", kDsField, G::kSlot, G::kDataRw, 11, G::kSlot},
        NewTaskCase{"GsRplAboveDpl", kGsField, G::kSlot | 1, kDataAccess, 10, G::kSlot}),
    [](const auto& c) { return c.param.name; });

/// SDM vol. 2, JMP: EIP past the new CS's limit is #GP(0) of the new task.
TEST(TaskSwitch, EipPastTheLimitIsAFaultOfTheNewTask) {
  G guest;
  guest.set_descriptor(G::kSlot, 0, G::kNewTask - 1, kCodeAccess | attr::kBig);
  guest.set_memory<std::uint32_t>(kOther + kCsField, G::kSlot);
  EXPECT_TRUE(raised(jump(guest, G::kOtherTss), vector::kGeneralProtection));
  EXPECT_EQ(guest.state.tr.selector, G::kOtherTss);
  EXPECT_EQ(guest.esp(), G::kNewStack - 16);
  EXPECT_EQ(guest.stack(1), G::kNewTask);
  EXPECT_EQ(guest.stack(2), G::kSlot);
}

/// Registers whose descriptors were not loaded yet hold the new selectors and cannot be used.
TEST(TaskSwitch, SegmentsAfterAFaultAreUnusable) {
  G guest;
  guest.enter_level3();
  guest.set_descriptor(G::kOtherTss, kOther, 0x67, 0xE9);
  guest.set_memory<std::uint32_t>(kOther + 4, G::kStack0);
  guest.set_memory<std::uint32_t>(kOther + 8, G::kData32);
  guest.set_memory<std::uint32_t>(kOther + kCsField, G::kCode3);
  guest.set_memory<std::uint32_t>(kOther + kSsField, G::kData3);
  guest.set_memory<std::uint32_t>(kOther + 0x48, G::kData3);  // ES
  guest.set_memory<std::uint32_t>(kOther + kDsField, G::kPastGdt);
  EXPECT_TRUE(raised(jump(guest, G::kOtherTss), vector::kInvalidTss, G::kPastGdt));
  EXPECT_EQ(guest.esp(), G::kStack0 - 24) << "from level 3 of the new task to its own level 0";
  EXPECT_EQ(guest.stack(2), G::kCode3);
  EXPECT_EQ(guest.state.seg[kDs].selector, G::kPastGdt);
  EXPECT_EQ(guest.state.seg[kEs].selector, G::kData3);
  EXPECT_NE(guest.state.seg[kDs].attributes & attr::kUnusable, 0u);
  EXPECT_NE(guest.state.seg[kEs].attributes & attr::kUnusable, 0u);
}

/// SDM vol. 3, 7.3: a task may run in virtual-8086 mode.
TEST(TaskSwitch, NewTaskInVirtual8086Mode) {
  G guest;
  guest.set_memory<std::uint32_t>(kOther + 0x24, eflags::kVm | 2);
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    guest.set_memory<std::uint32_t>(kOther + 0x48 + 4 * segment, 0x100 * (segment + 1));
  }
  EXPECT_TRUE(executed(jump(guest, G::kOtherTss)));
  EXPECT_EQ(guest.cpl(), 3u);
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    const SegmentState expected = {.selector = 0x100 * (segment + 1),
                                   .base = 0x1000 * (segment + 1),
                                   .limit = 0xFFFF,
                                   .attributes = 0xF3};
    EXPECT_EQ(guest.state.seg[segment], expected);
  }
}

/// SDM vol. 3, 7.3 step 12: the LDT is the new task's, so its other segments may be in it.
TEST(TaskSwitch, SegmentsMayBeInTheNewLdt) {
  G guest;
  guest.set_memory<std::uint32_t>(kOther + kLdtField, G::kLdt);
  guest.set_memory<std::uint32_t>(G::kLdtBase + 8, 0x0000FFFF);
  guest.set_memory<std::uint32_t>(G::kLdtBase + 12, 0x00CF9200);
  guest.set_memory<std::uint32_t>(kOther + kDsField, 0x0C);
  EXPECT_TRUE(executed(jump(guest, G::kOtherTss)));
  EXPECT_EQ(guest.state.ldtr, guest.cache(G::kLdt));
  EXPECT_EQ(guest.state.seg[kDs].selector, 0x0Cu);
  EXPECT_EQ(guest.memory<std::uint8_t>(G::kLdtBase + 13), 0x93) << "accessed";
}

/// SDM vol. 3, 17.3.1.5: T in the TSS traps before the new task's first instruction.
TEST(TaskSwitch, DebugTrapBit) {
  G guest;
  guest.set_memory<std::uint16_t>(kOther + 0x64, 1);
  EXPECT_TRUE(executed(jump(guest, G::kOtherTss)));
  EXPECT_EQ(guest.state.pending_exception, 0x80000001u);
  EXPECT_NE(guest.state.dr[6] & dr6::kBt, 0u);
  EXPECT_EQ(guest.state.eip, G::kNewTask);
}

/// SDM vol. 3, 7.3: local breakpoints end with their task.
TEST(TaskSwitch, ClearsLocalBreakpointEnables) {
  G guest;
  guest.state.dr[7] = dr7::kAlwaysOne | 0x3FF;
  EXPECT_TRUE(executed(jump(guest, G::kOtherTss)));
  EXPECT_EQ(guest.state.dr[7], dr7::kAlwaysOne | 0x2AA);
}

// ---- paging ----

/// SDM vol. 3, 7.3 step 5: page faults of both TSS and the descriptors come before anything
/// changes.
TEST(TaskSwitch, PageFaultsComeFirst) {
  struct Absent {
    std::uint32_t page;
    std::uint32_t bits;
    std::uint32_t error;
    std::uint32_t cr2;
  };
  const Absent pages[] = {{0x31000, 0, 0, 0x31027},          // end of the new TSS
                          {0x33000, 0, 2, 0x3302F},          // end of the old one
                          {0x30000, 1, 3, 0x31000 - 0x40}};  // back link
  for (const Absent& absent : pages) {
    G guest;
    guest.turn_paging_on();
    guest.state.cr0 |= cr0::kWp;
    guest.set_descriptor(G::kOtherTss, 0x31000 - 0x40, 0x67, 0x89);
    guest.state.tr.base = 0x33000 - 0x30;
    guest.set_page(absent.page, absent.bits);
    EXPECT_TRUE(raised(call(guest, G::kOtherTss), vector::kPageFault, absent.error));
    EXPECT_EQ(guest.state.cr2, absent.cr2);
    EXPECT_EQ(guest.stack(1), G::kCode);
    EXPECT_EQ(guest.state.tr.selector, G::kTss);
    EXPECT_FALSE(is_busy(guest, G::kOtherTss));
    EXPECT_EQ(guest.memory<std::uint32_t>(0x33000 - 0x10), 0u) << "nothing saved";
  }
}

TEST(TaskSwitch, LoadsCr3WithPagingOn) {
  G guest;
  guest.turn_paging_on();
  guest.set_memory<std::uint32_t>(0x22000, 0x21000 | 7);  // another directory, the same table
  guest.set_memory<std::uint32_t>(kOther + 0x1C, 0x22000);
  EXPECT_TRUE(executed(jump(guest, G::kOtherTss)));
  EXPECT_EQ(guest.state.cr3, 0x22000u);
}

/// SDM vol. 3, table 6-5: a fault in the switch that delivers a contributory exception.
TEST(TaskSwitch, FaultWhileDeliveringIsADoubleFault) {
  G guest;
  guest.set_memory<std::uint32_t>(kOther + kDsField, G::kPastGdt);
  guest.set_idt_gate(13, G::kOtherTss, 0, 0x85);
  guest.state.gpr[kEax] = G::kPastGdt;
  EXPECT_TRUE(raised(guest.run({0x8E, 0xD8}), vector::kDoubleFault, 0));
  EXPECT_EQ(guest.state.tr.selector, G::kOtherTss);
  EXPECT_EQ(guest.stack(1), G::kNewTask);
}

}  // namespace
}  // namespace strata::test
