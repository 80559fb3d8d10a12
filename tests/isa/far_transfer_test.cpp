// Far CALL, JMP and RET through gates and between levels (SDM vol. 3, 5.8; vol. 2, CALL, JMP, RET).
#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

using G = ProtectedGuest;

constexpr std::uint32_t kGate32 = 0xEC;  // present, DPL 3, 32-bit call gate
constexpr std::uint32_t kGate16 = 0xE4;
constexpr std::uint32_t kEntry = 0x4800;
constexpr std::uint16_t kGate = G::kSlot;

/// SDM vol. 3, 5.8.4 and figure 5-13: SS ESP, parameters, CS EIP on the inner stack.
TEST(CallGate, CopiesParametersToTheInnerStack) {
  G guest;
  guest.enter_level3();
  guest.set_gdt_gate(kGate, G::kCode32, kEntry, kGate32, 3);
  for (unsigned n = 0; n < 3; ++n) {
    guest.set_memory<std::uint32_t>(G::kStack + 4 * n, 0xA0 + n);
  }
  EXPECT_TRUE(executed(call(guest, kGate | 3)));
  EXPECT_EQ(guest.state.eip, kEntry);
  EXPECT_EQ(guest.state.seg[kCs], guest.cache(G::kCode32));
  EXPECT_EQ(guest.state.seg[kSs], guest.cache(G::kData32));
  EXPECT_EQ(guest.esp(), G::kStack0 - 28);
  const std::uint32_t expected[] = {G::kCode + 7, G::kCode3, 0xA0,     0xA1,
                                    0xA2,         G::kStack, G::kData3};
  for (unsigned n = 0; n < 7; ++n) {
    EXPECT_EQ(guest.stack(n), expected[n]) << n;
  }
}

TEST(CallGate, SixteenBitGateCopiesWords) {
  G guest;
  guest.enter_level3();
  guest.set_gdt_gate(kGate, G::kCode32, 0x10000 + kEntry, kGate16, 2);
  guest.set_memory<std::uint32_t>(G::kStack, 0x22221111);
  EXPECT_TRUE(executed(call(guest, kGate)));
  EXPECT_EQ(guest.state.eip, kEntry);
  EXPECT_EQ(guest.esp(), G::kStack0 - 12);
  EXPECT_EQ(guest.memory<std::uint32_t>(guest.esp()),
            std::uint32_t{G::kCode3} << 16 | (G::kCode + 7));
  EXPECT_EQ(guest.memory<std::uint32_t>(guest.esp() + 4), 0x22221111u);
  EXPECT_EQ(guest.memory<std::uint16_t>(guest.esp() + 8), G::kStack);
}

/// SDM vol. 2, CALL, SAME-PRIVILEGE: no parameters, no stack switch; the gate's size counts.
TEST(CallGate, ToTheSameLevelPushesTheReturnAddressOnly) {
  for (const bool conforming : {false, true}) {
    G guest;
    guest.enter_level3();
    guest.set_flat(G::kSlot2, G::kPresent | G::kConforming | attr::kAccessed);
    guest.set_gdt_gate(kGate, conforming ? G::kSlot2 : G::kCode3, kEntry, kGate16, 5);
    EXPECT_TRUE(executed(call(guest, kGate | 3)));
    EXPECT_EQ(guest.esp(), G::kStack - 4);
    EXPECT_EQ(guest.cpl(), 3u);
    EXPECT_EQ(guest.state.seg[kCs].selector & 3, 3u);
  }
}

/// SDM vol. 2, JMP, CALL-GATE.
TEST(CallGate, JumpGoesToTheSameLevelOnly) {
  G guest;
  guest.enter_level3();
  guest.set_gdt_gate(kGate, G::kCode3, kEntry, kGate32);
  EXPECT_TRUE(executed(jump(guest, kGate | 3)));
  EXPECT_EQ(guest.state.eip, kEntry);
  G inner;
  inner.enter_level3();
  inner.set_gdt_gate(kGate, G::kCode32, kEntry, kGate32);
  EXPECT_TRUE(raised(jump(inner, kGate | 3), vector::kGeneralProtection, G::kCode32));
}

struct CallCase {
  const char* name;
  void (*prepare)(G&);
  std::uint16_t selector;
  unsigned vector;
  std::uint32_t error;
};

void slot2_as_ss(G& guest, std::uint32_t attributes) {
  guest.set_flat(G::kSlot2, attributes);
  guest.set_memory<std::uint32_t>(G::kTssBase + 8, G::kSlot2);
}
void slot2_as_cs(G& guest, std::uint32_t attributes) {
  guest.set_flat(G::kSlot2, attributes);
  guest.set_gdt_gate(kGate, G::kSlot2, kEntry, kGate32);
}
void gate(G& guest, std::uint16_t target, std::uint32_t access) {
  guest.set_gdt_gate(kGate, target, kEntry, access);
}

// SDM vol. 2, CALL, in the order of the pseudocode.
const CallCase kCallCases[] = {
    {"NullSelector", [](G&) {}, 3, 13, 0},
    {"PastGdt", [](G&) {}, G::kPastGdt, 13, G::kPastGdt},
    {"NotCodeNorGate", [](G& g) { gate(g, G::kCode32, 0xEE); }, kGate, 13, kGate},
    {"GateDplBelowCpl", [](G& g) { gate(g, G::kCode32, 0x8C); }, kGate, 13, kGate},
    {"GateAbsent", [](G& g) { gate(g, G::kCode32, 0x6C); }, kGate, 11, kGate},
    {"NullCs", [](G& g) { gate(g, 3, kGate32); }, kGate, 13, 0},
    {"CsPastGdt", [](G& g) { gate(g, G::kPastGdt, kGate32); }, kGate, 13, G::kPastGdt},
    {"CsIsData", [](G& g) { slot2_as_cs(g, G::kPresent | G::kDataRw); }, kGate, 13, G::kSlot2},
    {"CsAbsent", [](G& g) { slot2_as_cs(g, G::kCodeXr); }, kGate, 11, G::kSlot2},
    {"StackPastTss", [](G& g) { g.state.tr.limit = 8; }, kGate, 10, G::kTss},
    {"NullSs", [](G& g) { g.set_memory<std::uint32_t>(G::kTssBase + 8, 0); }, kGate, 10, 0},
    {"SsRpl", [](G& g) { g.set_memory<std::uint32_t>(G::kTssBase + 8, G::kData32 | 2); }, kGate, 10,
     G::kData32},
    {"SsDpl", [](G& g) { slot2_as_ss(g, G::kPresent | G::kDataRw | G::kDpl3); }, kGate, 10,
     G::kSlot2},
    {"SsReadOnly", [](G& g) { slot2_as_ss(g, G::kPresent | G::kDataRo); }, kGate, 10, G::kSlot2},
    {"SsAbsent", [](G& g) { slot2_as_ss(g, G::kDataRw); }, kGate, 12, G::kSlot2},
    {"NoRoom",
     [](G& g) {
       g.set_descriptor(G::kSlot2, 0, 0x9FFB, G::kPresent | G::kDataRw | attr::kBig);
       g.set_memory<std::uint32_t>(G::kTssBase + 8, G::kSlot2);
     },
     kGate, 12, G::kSlot2},
    {"OffsetPastCs",
     [](G& g) {
       g.set_descriptor(G::kSlot2, 0, kEntry - 1, G::kPresent | G::kCodeXr | attr::kBig);
       gate(g, G::kSlot2, kGate32);
     },
     kGate, 13, 0},
    {"CodeOfInnerLevel", [](G&) {}, G::kCode32, 13, G::kCode32},
    {"CodeAbsent", [](G& g) { g.set_flat(G::kSlot2, G::kCodeXr | G::kDpl3); }, G::kSlot2 | 3, 11,
     G::kSlot2},
};

class CallChecks : public testing::TestWithParam<CallCase> {};

TEST_P(CallChecks, LeaveEverythingAsItWas) {
  const CallCase& c = GetParam();
  G guest;
  guest.enter_level3();
  gate(guest, G::kCode32, kGate32);
  c.prepare(guest);
  // The exception is delivered to conforming code, on the outer stack.
  guest.set_flat(0x60, G::kPresent | G::kConforming | attr::kAccessed);
  guest.set_idt_gate(c.vector, 0x60, G::handler_of(c.vector), 0x8E);
  EXPECT_TRUE(raised(call(guest, c.selector), c.vector, c.error));
  EXPECT_EQ(guest.esp(), G::kStack - 16);
  EXPECT_EQ(guest.stack(1), G::kCode);
  EXPECT_EQ(guest.memory<std::uint32_t>(G::kStack0 - 4), 0u) << "nothing was pushed";
}

INSTANTIATE_TEST_SUITE_P(Call, CallChecks, testing::ValuesIn(kCallCases),
                         [](const auto& c) { return c.param.name; });

/// SDM vol. 3, 5.8.4: the gate's DPL is compared with the selector's RPL too.
TEST(CallGate, RplAboveGateDplIsRefused) {
  G guest;
  guest.set_gdt_gate(kGate, G::kCode32, kEntry, 0x8C);
  EXPECT_TRUE(raised(call(guest, kGate | 1), vector::kGeneralProtection, kGate));
}

/// The parameters are read at the caller's level; the new stack is written at its own.
TEST(CallGate, ParametersAreReadAtTheCallersLevel) {
  G guest;
  guest.enter_level3();
  guest.turn_paging_on();
  guest.set_gdt_gate(kGate, G::kCode32, kEntry, kGate32, 1);
  guest.set_page(G::kStack, 3);
  EXPECT_TRUE(raised(call(guest, kGate), vector::kPageFault, 4 + 1));
  EXPECT_EQ(guest.state.cr2, G::kStack);
}

TEST(CallGate, InnerStackIsWrittenByTheSupervisor) {
  G guest;
  guest.enter_level3();
  guest.turn_paging_on();
  guest.set_gdt_gate(kGate, G::kCode32, kEntry, kGate32);
  guest.set_page(G::kStack0 - 4, 3);
  EXPECT_TRUE(executed(call(guest, kGate)));
}

TEST(CallGate, PageFaultOnTheInnerStackCanBeRestarted) {
  G guest;
  guest.enter_level3();
  guest.turn_paging_on();
  guest.set_gdt_gate(kGate, G::kCode32, kEntry, kGate32);
  guest.set_memory<std::uint32_t>(G::kTssBase + 4, 0xA008);  // two items on each page
  guest.set_page(0x9FFC, 0);
  guest.set_flat(0x60, G::kPresent | G::kConforming | attr::kAccessed);
  guest.set_idt_gate(14, 0x60, G::handler_of(14), 0x8E);
  guest.esp() = 0x8F00;
  EXPECT_TRUE(raised(call(guest, kGate), vector::kPageFault, 2));
  EXPECT_EQ(guest.state.cr2, 0x9FFCu);
  EXPECT_EQ(guest.memory<std::uint32_t>(0xA004), 0u) << "nothing was pushed";
  EXPECT_EQ(guest.stack(1), G::kCode);
  EXPECT_EQ(guest.cpl(), 3u);
}

/// SDM vol. 2, RET, RETURN-TO-OUTER-PRIVILEGE-LEVEL: parameters leave both stacks.
TEST(OuterRetf, ReleasesParametersOnBothStacks) {
  G guest;
  guest.esp() = G::kStack0 - 28;
  const std::uint32_t frame[] = {0x3000, G::kCode3, 1, 2, 3, G::kStack, G::kData3};
  for (unsigned n = 0; n < 7; ++n) {
    guest.set_memory<std::uint32_t>(guest.esp() + 4 * n, frame[n]);
  }
  EXPECT_TRUE(executed(guest.run({0xCA, 12, 0})));
  EXPECT_EQ(guest.state.eip, 0x3000u);
  EXPECT_EQ(guest.cpl(), 3u);
  EXPECT_EQ(guest.esp(), G::kStack + 12);
  EXPECT_EQ(guest.state.seg[kDs].attributes, attr::kUnusable);
}

TEST(OuterRetf, SixteenBitPopsWords) {
  G guest;
  guest.esp() = G::kStack0 - 8;
  const std::uint16_t frame[] = {0x3000, G::kCode3, G::kStack, G::kData3};
  for (unsigned n = 0; n < 4; ++n) {
    guest.set_memory<std::uint16_t>(guest.esp() + 2 * n, frame[n]);
  }
  EXPECT_TRUE(executed(guest.run({0x66, 0xCB})));
  EXPECT_EQ(guest.state.eip, 0x3000u);
  EXPECT_EQ(guest.esp(), G::kStack);
}

/// SDM vol. 3, 5.8.1.2: conforming code runs at the caller's level.
TEST(Conforming, JumpKeepsTheLevel) {
  G guest;
  guest.enter_level3();
  guest.set_flat(G::kSlot2, G::kPresent | G::kConforming);
  EXPECT_TRUE(executed(jump(guest, G::kSlot2)));
  EXPECT_EQ(guest.state.seg[kCs].selector, G::kSlot2 | 3);
  EXPECT_EQ(guest.cpl(), 3u);
  G outer;  // DPL above CPL
  outer.set_flat(G::kSlot2, G::kPresent | G::kConforming | G::kDpl3);
  EXPECT_TRUE(raised(jump(outer, G::kSlot2), vector::kGeneralProtection, G::kSlot2));
}

}  // namespace
}  // namespace strata::test
