// Interrupt and trap gates that change the privilege level, and the way back (SDM vol. 3, 6.12;
// vol. 2, INT n and IRET).
#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

using G = ProtectedGuest;

constexpr std::uint32_t kInterrupt32 = 0xEE;  // present, DPL 3, 32-bit interrupt gate
constexpr std::uint32_t kInterrupt16 = 0xE6;
constexpr std::uint32_t kTrap32 = 0xEF;
constexpr std::uint32_t kHandler = 0x8800;

/// SDM vol. 3, figure 6-4: SS, ESP, EFLAGS, CS, EIP on the inner stack.
TEST(InterruptGate, SwitchesToTheInnerStack) {
  G guest;
  guest.enter_level3();
  guest.state.eflags |= eflags::kIf | eflags::kNt;
  guest.set_idt_gate(8, G::kCode32, kHandler, kInterrupt32);
  EXPECT_TRUE(executed(guest.run({0xCD, 8})));
  EXPECT_EQ(guest.state.eip, kHandler);
  EXPECT_EQ(guest.state.seg[kCs].selector, G::kCode32);
  EXPECT_EQ(guest.state.seg[kSs], guest.cache(G::kData32));
  EXPECT_EQ(guest.cpl(), 0u);
  EXPECT_EQ(guest.esp(), G::kStack0 - 20);
  EXPECT_EQ(guest.stack(0), G::kCode + 2);
  EXPECT_EQ(guest.stack(1), G::kCode3);
  EXPECT_EQ(guest.stack(2), eflags::kReserved1 | eflags::kIf | eflags::kNt);
  EXPECT_EQ(guest.stack(3), G::kStack);
  EXPECT_EQ(guest.stack(4), G::kData3);
  EXPECT_EQ(guest.state.eflags, eflags::kReserved1);
  EXPECT_EQ(guest.state.seg[kDs].selector, G::kData3) << "data segments stay";
}

TEST(InterruptGate, TrapGateKeepsIf) {
  G guest;
  guest.enter_level3();
  guest.state.eflags |= eflags::kIf;
  guest.set_idt_gate(8, G::kCode32, kHandler, kTrap32);
  guest.run({0xCD, 8});
  EXPECT_NE(guest.state.eflags & eflags::kIf, 0u);
}

TEST(InterruptGate, ExceptionAddsItsErrorCode) {
  G guest;
  guest.enter_level3();
  guest.state.gpr[kEax] = G::kPastGdt;
  EXPECT_TRUE(raised(guest.run({0x8E, 0xD8}), vector::kGeneralProtection, G::kPastGdt));
  EXPECT_EQ(guest.esp(), G::kStack0 - 24);
  EXPECT_EQ(guest.stack(0), G::kPastGdt);
  EXPECT_EQ(guest.stack(1), G::kCode) << "a fault names its own instruction";
}

/// SDM vol. 3, 6.12.1: a 16-bit gate pushes words, and takes ESP0 from the 32-bit TSS.
TEST(InterruptGate, SixteenBitGatePushesWords) {
  G guest;
  guest.enter_level3();
  guest.set_idt_gate(8, G::kCode32, 0x1238800, kInterrupt16);
  guest.run({0xCD, 8});
  EXPECT_EQ(guest.state.eip, kHandler) << "the upper half of a 16-bit gate's offset is not used";
  EXPECT_EQ(guest.esp(), G::kStack0 - 10);
  EXPECT_EQ(guest.memory<std::uint16_t>(G::kStack0 - 2), G::kData3);
  EXPECT_EQ(guest.memory<std::uint16_t>(G::kStack0 - 4), G::kStack);
  EXPECT_EQ(guest.memory<std::uint16_t>(G::kStack0 - 10), G::kCode + 2);
}

/// SDM vol. 3, 7.6: SS0 and SP0 of a 16-bit TSS are at 4 and 2.
TEST(InterruptGate, SixteenBitTssHasItsStack) {
  G guest;
  guest.enter_level3();
  guest.state.tr.attributes = attr::kPresent | 0x3;
  guest.set_memory<std::uint32_t>(G::kTssBase, 0xFFFFFFFF);
  guest.set_memory<std::uint16_t>(G::kTssBase + 2, 0xA100);
  guest.set_memory<std::uint16_t>(G::kTssBase + 4, G::kData32);
  guest.set_idt_gate(8, G::kCode32, kHandler, kInterrupt32);
  guest.run({0xCD, 8});
  EXPECT_EQ(guest.esp(), 0xA100u - 20);
}

TEST(InterruptGate, ConformingHandlerStaysAtTheLevel) {
  G guest;
  guest.enter_level3();
  guest.set_flat(G::kSlot, G::kPresent | G::kConforming);
  guest.set_idt_gate(8, G::kSlot, kHandler, kInterrupt32);
  guest.run({0xCD, 8});
  EXPECT_EQ(guest.state.seg[kCs].selector, G::kSlot | 3);
  EXPECT_EQ(guest.cpl(), 3u);
  EXPECT_EQ(guest.esp(), G::kStack - 12);
}

struct GateCase {
  const char* name;
  void (*prepare)(G&);
  unsigned vector;
  std::uint32_t error;  // of INT 8; an exception's has EXT
};

void bad_ss(G& guest, std::uint16_t selector) {
  guest.set_memory<std::uint32_t>(G::kTssBase + 8, selector);
}
void slot_as_ss(G& guest, std::uint32_t attributes) {
  guest.set_flat(G::kSlot, attributes);
  bad_ss(guest, G::kSlot);
}
void slot_as_cs(G& guest, std::uint32_t attributes) {
  guest.set_flat(G::kSlot, attributes);
  guest.set_idt_gate(8, G::kSlot, kHandler, kInterrupt32);
}

// SDM vol. 2, INT n, in the order of the pseudocode.
const GateCase kGateCases[] = {
    {"NotAGate", [](G& g) { g.set_idt_gate(8, G::kCode32, 0, 0xEC); }, 13, 8 * 8 + 2},
    {"GateAbsent", [](G& g) { g.set_idt_gate(8, G::kCode32, 0, 0x6E); }, 11, 8 * 8 + 2},
    {"NullCs", [](G& g) { g.set_idt_gate(8, 3, 0, kInterrupt32); }, 13, 0},
    {"CsPastGdt", [](G& g) { g.set_idt_gate(8, G::kPastGdt, 0, kInterrupt32); }, 13, G::kPastGdt},
    {"CsIsData", [](G& g) { slot_as_cs(g, G::kPresent | G::kDataRw); }, 13, G::kSlot},
    {"CsAbsent", [](G& g) { slot_as_cs(g, G::kCodeXr); }, 11, G::kSlot},
    {"StackPastTss", [](G& g) { g.state.tr.limit = 8; }, 10, G::kTss},
    {"NullSs", [](G& g) { bad_ss(g, 0); }, 10, 0},
    {"SsPastGdt", [](G& g) { bad_ss(g, G::kPastGdt); }, 10, G::kPastGdt},
    {"SsRpl", [](G& g) { bad_ss(g, G::kData32 | 1); }, 10, G::kData32},
    {"SsDpl", [](G& g) { slot_as_ss(g, G::kPresent | G::kDpl3 | G::kDataRw); }, 10, G::kSlot},
    {"SsReadOnly", [](G& g) { slot_as_ss(g, G::kPresent | G::kDataRo); }, 10, G::kSlot},
    {"SsIsCode", [](G& g) { slot_as_ss(g, G::kPresent | G::kCodeXr); }, 10, G::kSlot},
    {"SsAbsent", [](G& g) { slot_as_ss(g, G::kDataRw); }, 12, G::kSlot},
    {"NoRoom",
     [](G& g) {
       g.set_descriptor(G::kSlot, 0, 0x9FFB, G::kPresent | G::kDataRw | attr::kBig);
       bad_ss(g, G::kSlot);
     },
     12, G::kSlot},
    {"OffsetPastCs",
     [](G& g) {
       g.set_descriptor(G::kSlot, 0, kHandler - 1, G::kPresent | G::kCodeXr | attr::kBig);
       g.set_idt_gate(8, G::kSlot, kHandler, kInterrupt32);
     },
     13, 0},
};

class GateChecks : public testing::TestWithParam<GateCase> {};

TEST_P(GateChecks, FailedBySoftwareHaveNoExt) {
  const GateCase& c = GetParam();
  G guest;
  guest.enter_level3();
  guest.set_idt_gate(8, G::kCode32, kHandler, kInterrupt32);
  // The exception itself goes to conforming code, which needs no inner stack.
  guest.set_flat(G::kSlot2, G::kPresent | G::kConforming | attr::kAccessed);
  guest.set_idt_gate(c.vector, G::kSlot2, G::handler_of(c.vector), 0x8E);
  c.prepare(guest);
  EXPECT_TRUE(raised(guest.run({0xCD, 8}), c.vector, c.error));
  EXPECT_EQ(guest.esp(), G::kStack - 16);
  EXPECT_EQ(guest.stack(1), G::kCode);
  EXPECT_EQ(guest.stack(2), G::kCode3);
}

TEST_P(GateChecks, FailedByAnInterruptHaveExt) {
  const GateCase& c = GetParam();
  G guest;
  guest.enter_level3();
  guest.set_idt_gate(8, G::kCode32, kHandler, kInterrupt32);
  guest.set_flat(G::kSlot2, G::kPresent | G::kConforming | attr::kAccessed);
  guest.set_idt_gate(c.vector, G::kSlot2, G::handler_of(c.vector), 0x8E);
  c.prepare(guest);
  guest.cpu.load_state(guest.state);
  EXPECT_TRUE(raised(guest.cpu.deliver_interrupt(8), c.vector, c.error | 1));
}

INSTANTIATE_TEST_SUITE_P(IntN, GateChecks, testing::ValuesIn(kGateCases),
                         [](const auto& c) { return c.param.name; });

TEST(InterruptGate, PastTheIdtNamesTheEntry) {
  G guest;
  guest.enter_level3();
  guest.cpu.load_state(guest.state);
  EXPECT_TRUE(raised(guest.cpu.deliver_interrupt(0x20), vector::kGeneralProtection, 0x20 * 8 + 3));
}

/// SDM vol. 2, INT n: the gate's DPL counts for INT only.
TEST(InterruptGate, DplGuardsAgainstSoftwareOnly) {
  G guest;
  guest.enter_level3();
  guest.set_idt_gate(8, G::kCode32, kHandler, 0x8E);
  EXPECT_TRUE(raised(guest.run({0xCD, 8}), vector::kGeneralProtection, 8 * 8 + 2));
  G other;
  other.enter_level3();
  other.set_idt_gate(8, G::kCode32, kHandler, 0x8E);
  other.cpu.load_state(other.state);
  EXPECT_EQ(other.cpu.deliver_interrupt(8).kind, RetireKind::kInterrupt);
}

/// SDM vol. 2, INT n: an inner target only; a handler of an outer level is #GP(CS).
TEST(InterruptGate, OuterHandlerIsRefused) {
  G guest;
  guest.set_idt_gate(8, G::kCode3, kHandler, kInterrupt32);
  EXPECT_TRUE(raised(guest.run({0xCD, 8}), vector::kGeneralProtection, G::kCode3 & ~3u));
}

// ---- IRET to an outer level ----

void push_outer_frame(G& guest, std::uint32_t flags) {
  guest.esp() = G::kStack0 - 20;
  const std::uint32_t frame[] = {0x3000, G::kCode3, flags, G::kStack, G::kData3};
  for (unsigned n = 0; n < 5; ++n) {
    guest.set_memory<std::uint32_t>(guest.esp() + 4 * n, frame[n]);
  }
}

/// SDM vol. 2, IRET, RETURN-TO-OUTER-PRIVILEGE-LEVEL.
TEST(OuterIret, LoadsTheOuterStackAndNullsInnerSegments) {
  G guest;
  push_outer_frame(guest, eflags::kIf | eflags::kIopl | eflags::kReserved1);
  guest.state.seg[kEs] = guest.cache(G::kData3);
  guest.set_flat(G::kSlot, G::kPresent | G::kConforming | attr::kAccessed);
  guest.state.seg[kFs] = guest.cache(G::kSlot);
  EXPECT_TRUE(executed(guest.run({0xCF})));
  EXPECT_EQ(guest.state.eip, 0x3000u);
  EXPECT_EQ(guest.state.seg[kCs], guest.cache(G::kCode3));
  EXPECT_EQ(guest.state.seg[kSs], guest.cache(G::kData3));
  EXPECT_EQ(guest.esp(), G::kStack);
  EXPECT_EQ(guest.state.eflags, eflags::kIf | eflags::kIopl | eflags::kReserved1);
  EXPECT_EQ(guest.state.seg[kDs].selector, 0u);
  EXPECT_EQ(guest.state.seg[kDs].attributes, attr::kUnusable);
  EXPECT_EQ(guest.state.seg[kEs].selector, G::kData3) << "the outer level's own";
  EXPECT_EQ(guest.state.seg[kFs].selector, G::kSlot) << "conforming code";
  EXPECT_EQ(guest.state.seg[kGs].selector, 0u);
}

/// SDM vol. 2, IRET: IOPL by CPL 0 only, IF only where CPL is at most IOPL.
TEST(OuterIret, FlagsFollowTheLevelReturnedFrom) {
  G guest;
  guest.enter_level3();
  const std::uint32_t frame[] = {0x3000, G::kCode3, eflags::kIf | eflags::kIopl | eflags::kVm};
  for (unsigned n = 0; n < 3; ++n) {
    guest.set_memory<std::uint32_t>(G::kStack + 4 * n, frame[n]);
  }
  EXPECT_TRUE(executed(guest.run({0xCF})));
  EXPECT_EQ(guest.state.eflags, eflags::kReserved1);
  EXPECT_EQ(guest.state.eip, 0x3000u);
}

struct OuterCase {
  const char* name;
  unsigned item;  // of the frame
  std::uint32_t value;
  std::uint32_t slot;  // attributes of kSlot
  unsigned vector;
  std::uint32_t error;
};

class OuterReturnChecks : public testing::TestWithParam<OuterCase> {};

constexpr std::uint32_t kData = G::kPresent | G::kDataRw;
constexpr std::uint32_t kCode = G::kPresent | G::kCodeXr;

void expect_checked(const OuterCase& c, bool iret) {
  G guest;
  push_outer_frame(guest, 0);
  if (!iret) {  // no EFLAGS
    guest.esp() += 4;
    guest.set_memory<std::uint32_t>(guest.esp(), 0x3000);
    guest.set_memory<std::uint32_t>(guest.esp() + 4, G::kCode3);
  }
  const unsigned item = !iret && c.item > 2 ? c.item - 1 : c.item;
  guest.set_memory<std::uint32_t>(guest.esp() + 4 * item, c.value);
  guest.set_descriptor(G::kSlot, 0, 0x1FFF, c.slot | attr::kBig);
  const std::uint32_t esp = guest.esp();
  EXPECT_TRUE(raised(iret ? guest.run({0xCF}) : guest.run({0xCB}), c.vector, c.error));
  EXPECT_EQ(guest.esp(), esp - 16) << "ESP as before the instruction";
  EXPECT_EQ(guest.state.seg[kDs].selector, G::kData32);
}

TEST_P(OuterReturnChecks, OfIret) {
  expect_checked(GetParam(), true);
}

TEST_P(OuterReturnChecks, OfRetf) {
  expect_checked(GetParam(), false);
}

INSTANTIATE_TEST_SUITE_P(
    Frame, OuterReturnChecks,
    testing::Values(OuterCase{"NullCs", 1, 3, kCode, 13, 0},
                    OuterCase{"CsPastGdt", 1, G::kPastGdt | 3, kCode, 13, G::kPastGdt},
                    OuterCase{"CsIsData", 1, G::kData3, kCode, 13, G::kData3 & ~3u},
                    OuterCase{"CsDplBelowRpl", 1, G::kSlot | 3, kCode, 13, G::kSlot},
                    OuterCase{"ConformingAboveRpl", 1, G::kSlot | 1,
                              G::kPresent | G::kConforming | G::kDpl3, 13, G::kSlot},
                    OuterCase{"CsAbsent", 1, G::kSlot | 3, G::kCodeXr | G::kDpl3, 11, G::kSlot},
                    OuterCase{"NullSs", 4, 0, kData, 13, 0},
                    OuterCase{"SsPastGdt", 4, G::kPastGdt | 3, kData, 13, G::kPastGdt},
                    OuterCase{"SsRpl", 4, G::kData3 & ~3u, kData, 13, G::kData3 & ~3u},
                    OuterCase{"SsDpl", 4, G::kSlot | 3, kData, 13, G::kSlot},
                    OuterCase{"SsReadOnly", 4, G::kSlot | 3, G::kPresent | G::kDataRo | G::kDpl3,
                              13, G::kSlot},
                    OuterCase{"SsAbsent", 4, G::kSlot | 3, G::kDataRw | G::kDpl3, 12, G::kSlot},
                    OuterCase{"OffsetPastCs", 1, G::kSlot | 3, kCode | G::kDpl3, 13, 0}),
    [](const auto& c) { return c.param.name; });

/// SDM vol. 2, IRET: to an inner level never.
TEST(OuterIret, InwardIsRefused) {
  G guest;
  guest.enter_level3();
  guest.set_memory<std::uint32_t>(G::kStack + 4, G::kCode32);
  EXPECT_TRUE(raised(guest.run({0xCF}), vector::kGeneralProtection, G::kCode32));
}

/// A 16-bit outer stack gets SP; the rest of ESP stays.
TEST(OuterIret, SixteenBitStackGetsSp) {
  G guest;
  push_outer_frame(guest, eflags::kReserved1);
  guest.esp() = 0x00010000 + G::kStack0 - 20;
  const std::uint32_t frame[] = {0x3000, G::kCode3, 2, 0x12345678, G::kSlot | 3};
  for (unsigned n = 0; n < 5; ++n) {
    guest.set_memory<std::uint32_t>(guest.esp() + 4 * n, frame[n]);
  }
  guest.set_descriptor(G::kSlot, 0, 0xFFFF, kData | G::kDpl3);
  EXPECT_TRUE(executed(guest.run({0xCF})));
  EXPECT_EQ(guest.esp(), 0x00015678u);
}

/// SDM vol. 3, table 6-5: a page fault on the inner stack while #GP is delivered is handled by
/// itself, a contributory one makes a double fault.
TEST(InterruptGate, FaultOnTheInnerStackFollowsTheDoubleFaultTable) {
  G guest;
  guest.enter_level3();
  guest.turn_paging_on();
  guest.set_page(G::kStack0 - 4, 0);
  // #PF goes to conforming code and so to the outer stack.
  guest.set_flat(G::kSlot2, G::kPresent | G::kConforming | attr::kAccessed);
  guest.set_idt_gate(14, G::kSlot2, G::handler_of(14), 0x8E);
  EXPECT_TRUE(raised(guest.run({0xF4}), vector::kPageFault, 2));
  EXPECT_EQ(guest.state.cr2, G::kStack0 - 4);
  EXPECT_EQ(guest.stack(1), G::kCode);
  G twice;
  twice.enter_level3();
  twice.set_memory<std::uint32_t>(G::kTssBase + 8, 0);
  twice.set_flat(G::kSlot2, G::kPresent | G::kConforming | attr::kAccessed);
  twice.set_idt_gate(8, G::kSlot2, G::handler_of(8), 0x8E);
  EXPECT_TRUE(raised(twice.run({0xF4}), vector::kDoubleFault, 0));
}

/// SDM vol. 3, table 6-5: any fault while a page fault is delivered, and shutdown after the third.
TEST(DoubleFault, FollowsAPageFault) {
  for (const bool second_is_page_fault : {true, false}) {
    G guest;
    guest.enter_level3();
    guest.turn_paging_on();
    guest.set_page(0x50000, 0);
    guest.state.gpr[kEbx] = 0x50000;
    if (second_is_page_fault) {
      guest.set_page(G::kStack0 - 4, 0);  // no inner stack
    } else {
      guest.set_idt_gate(14, G::kPastGdt, 0, 0x8E);
    }
    guest.set_flat(G::kSlot2, G::kPresent | G::kConforming | attr::kAccessed);
    guest.set_idt_gate(8, G::kSlot2, G::handler_of(8), 0x8E);
    EXPECT_TRUE(raised(guest.run({0x8A, 0x03}), vector::kDoubleFault));  // mov al, [ebx]
    EXPECT_EQ(guest.state.cr2, second_is_page_fault ? G::kStack0 - 4 : 0x50000u);
  }
}

TEST(DoubleFault, FaultInItShutsDown) {
  G guest;
  guest.enter_level3();
  guest.turn_paging_on();
  guest.set_page(G::kStack0 - 4, 0);
  guest.code({0xF4});
  guest.cpu.load_state(guest.state);
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kShutdown);
}

}  // namespace
}  // namespace strata::test
