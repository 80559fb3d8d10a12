// Virtual-8086 mode (SDM vol. 3, chapter 20).
#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

using G = ProtectedGuest;

/// SDM vol. 3, 20.1.1: base is the selector times 16, limit FFFF.
TEST(V86, SegmentLoadsAreThoseOfAn8086) {
  G guest;
  guest.enter_v86(0);
  guest.state.gpr[kEax] = 0x1234;
  EXPECT_TRUE(executed(guest.run({0x8E, 0xD8})));
  const SegmentState expected = {
      .selector = 0x1234, .base = 0x12340, .limit = 0xFFFF, .attributes = 0xF3};
  EXPECT_EQ(guest.state.seg[kDs], expected);
}

TEST(V86, FarJumpLoadsCsAsAn8086) {
  G guest;
  guest.enter_v86(0);
  EXPECT_TRUE(executed(guest.run({0xEA, 0x78, 0x56, 0x34, 0x12})));
  const SegmentState expected = {
      .selector = 0x1234, .base = 0x12340, .limit = 0xFFFF, .attributes = 0xF3};
  EXPECT_EQ(guest.state.seg[kCs], expected);
  EXPECT_EQ(guest.state.eip, 0x5678u);
  EXPECT_EQ(guest.cpl(), 3u);
}

/// SDM vol. 3, 20.2.7: CLI STI PUSHF POPF INT n IRET are #GP(0) with IOPL below 3.
TEST(V86, SensitiveInstructionsNeedIopl3) {
  const std::initializer_list<std::uint8_t> list[] = {
      {0xFA}, {0xFB}, {0x9C}, {0x9D}, {0xCF}, {0x66, 0x9C}, {0x66, 0x9D}, {0x66, 0xCF}, {0xCD, 8}};
  for (const auto& bytes : list) {
    for (unsigned iopl = 0; iopl < 4; ++iopl) {
      G guest;
      guest.enter_v86(iopl);
      guest.set_idt_gate(8, G::kCode32, 0x8800, 0xEE);
      const RetireRecord record = guest.run(bytes);
      EXPECT_TRUE(iopl == 3 ? executed(record) : raised(record, vector::kGeneralProtection))
          << std::hex << unsigned{*bytes.begin()} << " with IOPL " << iopl;
    }
  }
}

/// SDM vol. 3, 20.2.7: INT 3 and INTO are not IOPL sensitive.
TEST(V86, Int3AndIntoAreNotSensitive) {
  for (const auto opcode : {std::uint8_t{0xCC}, std::uint8_t{0xCE}}) {
    G guest;
    guest.enter_v86(0);
    guest.state.eflags |= eflags::kOf;
    const unsigned vector = opcode == 0xCC ? 3 : 4;
    guest.set_idt_gate(vector, G::kCode32, 0x8800, 0xEE);
    EXPECT_TRUE(executed(guest.run({opcode})));
    EXPECT_EQ(guest.state.eip, 0x8800u);
  }
}

/// SDM vol. 2, INT n: the gate's DPL counts in virtual-8086 mode too.
TEST(V86, SoftwareInterruptNeedsAGateOfLevel3) {
  G guest;
  guest.enter_v86(3);
  guest.set_idt_gate(8, G::kCode32, 0x8800, 0x8E);
  EXPECT_TRUE(raised(guest.run({0xCD, 8}), vector::kGeneralProtection, 8 * 8 + 2));
}

/// SDM vol. 3, 20.2.1: not recognized: LAR LSL VERR VERW ARPL SLDT STR LLDT LTR.
TEST(V86, SelectorInstructionsAreUndefined) {
  const std::initializer_list<std::uint8_t> list[] = {
      {0x0F, 0x02, 0xC0}, {0x0F, 0x03, 0xC0}, {0x0F, 0x00, 0xE0}, {0x0F, 0x00, 0xE8}, {0x63, 0xC0},
      {0x0F, 0x00, 0xC0}, {0x0F, 0x00, 0xC8}, {0x0F, 0x00, 0xD0}, {0x0F, 0x00, 0xD8}};
  for (const auto& bytes : list) {
    G guest;
    guest.enter_v86(3);
    EXPECT_TRUE(raised(guest.run(bytes), vector::kInvalidOpcode));
    GuestCpu real;
    real.set_memory<std::uint32_t>(6 * 4, 0x8800);
    real.code(bytes);
    EXPECT_EQ(real.step().vector, vector::kInvalidOpcode);
  }
}

/// SDM vol. 3, 20.2.8.1: I/O always asks the bitmap, whatever IOPL is.
TEST(V86, IoAlwaysAsksTheBitmap) {
  for (const bool closed : {false, true}) {
    G guest;
    guest.enter_v86(3);
    guest.set_memory<std::uint8_t>(G::kTssBase + 0x68 + 8, closed ? 4 : 0);
    const RetireRecord record = guest.run({0xE4, 0x42});
    EXPECT_TRUE(closed ? raised(record, vector::kGeneralProtection) : executed(record));
  }
}

/// SDM vol. 3, figure 20-4: GS FS DS ES SS ESP EFLAGS CS EIP on the level 0 stack; the data
/// segments are null.
TEST(V86, InterruptPushesAndNullsTheSegments) {
  G guest;
  guest.enter_v86(0);
  guest.state.eflags |= eflags::kIf;
  guest.cpu.load_state(guest.state);
  EXPECT_EQ(guest.cpu.deliver_interrupt(9).kind, RetireKind::kInterrupt);
  guest.state = guest.cpu.state();
  EXPECT_EQ(guest.esp(), G::kStack0 - 36);
  const std::uint32_t expected[] = {0,     0x100, eflags::kReserved1 | eflags::kVm | eflags::kIf,
                                    0x100, 0x900, 0x300,
                                    0x200, 0x400, 0x500};
  for (unsigned n = 0; n < 9; ++n) {
    EXPECT_EQ(guest.stack(n), expected[n]) << n;
  }
  EXPECT_EQ(guest.state.eflags, eflags::kReserved1);
  EXPECT_EQ(guest.state.seg[kCs], guest.cache(G::kCode32));
  EXPECT_EQ(guest.state.seg[kSs], guest.cache(G::kData32));
  const SegmentState null = {.selector = 0, .base = 0, .limit = 0, .attributes = attr::kUnusable};
  for (const unsigned segment : {kEs, kDs, kFs, kGs}) {
    EXPECT_EQ(guest.state.seg[segment], null);
  }
}

TEST(V86, ExceptionAddsItsErrorCode) {
  G guest;
  guest.enter_v86(0);
  EXPECT_TRUE(raised(guest.run({0xFA}), vector::kGeneralProtection));
  EXPECT_EQ(guest.esp(), G::kStack0 - 40);
  EXPECT_EQ(guest.stack(0), 0u);
  EXPECT_EQ(guest.stack(1), 0u) << "IP of the CLI";
}

TEST(V86, SixteenBitGatePushesWords) {
  G guest;
  guest.enter_v86(3);
  guest.set_idt_gate(8, G::kCode32, 0x8800, 0xE6);
  EXPECT_TRUE(executed(guest.run({0xCD, 8})));
  EXPECT_EQ(guest.esp(), G::kStack0 - 18);
  EXPECT_EQ(guest.memory<std::uint16_t>(G::kStack0 - 2), 0x500);
  EXPECT_EQ(guest.memory<std::uint16_t>(guest.esp()), 2);
}

/// SDM vol. 2, INT n: the handler's level is 0, else #GP(CS).
TEST(V86, HandlerMustBeOfLevel0) {
  for (const std::uint32_t attributes :
       {G::kPresent | G::kCodeXr | 1u << attr::kDplShift, G::kPresent | G::kDpl3 | G::kCodeXr,
        G::kPresent | G::kConforming}) {
    G guest;
    guest.enter_v86(3);
    guest.set_flat(G::kSlot, attributes);
    guest.set_idt_gate(8, G::kSlot, 0x8800, 0xEE);
    EXPECT_TRUE(raised(guest.run({0xCD, 8}), vector::kGeneralProtection, G::kSlot));
  }
}

void push_v86_frame(G& guest, std::uint32_t eip) {
  guest.esp() = G::kStack0 - 36;
  const std::uint32_t frame[] = {eip,        0x1234,     eflags::kVm | eflags::kIf,
                                 0xCDEF8000, 0xFFFF2000, 0xFFFF3000,
                                 0xFFFF4000, 0xFFFF5000, 0xFFFF6000};
  for (unsigned n = 0; n < 9; ++n) {
    guest.set_memory<std::uint32_t>(guest.esp() + 4 * n, frame[n]);
  }
}

/// SDM vol. 2, IRET, RETURN-TO-VIRTUAL-8086-MODE.
TEST(V86, IretdFromLevel0Enters) {
  G guest;
  push_v86_frame(guest, 0x5678);
  EXPECT_TRUE(executed(guest.run({0xCF})));
  EXPECT_EQ(guest.state.eflags, eflags::kReserved1 | eflags::kVm | eflags::kIf);
  EXPECT_EQ(guest.state.eip, 0x5678u);
  EXPECT_EQ(guest.esp(), 0xCDEF8000u);
  const std::uint32_t selectors[] = {0x3000, 0x1234, 0x2000, 0x4000, 0x5000, 0x6000};
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    const SegmentState expected = {.selector = selectors[segment],
                                   .base = selectors[segment] << 4,
                                   .limit = 0xFFFF,
                                   .attributes = 0xF3};
    EXPECT_EQ(guest.state.seg[segment], expected) << segment;
  }
}

TEST(V86, IretdWithEipAboveFFFFIsRefused) {
  G guest;
  push_v86_frame(guest, 0x10000);
  EXPECT_TRUE(raised(guest.run({0xCF}), vector::kGeneralProtection));
  EXPECT_EQ(guest.state.seg[kDs].selector, G::kData32);
}

/// SDM vol. 2, IRET: in virtual-8086 mode VM and IOPL stay, IF changes.
TEST(V86, IretKeepsVmAndIopl) {
  G guest;
  guest.enter_v86(3);
  const std::uint32_t frame[] = {0x5678, 0x1234, eflags::kIf | eflags::kCf | eflags::kNt};
  for (unsigned n = 0; n < 3; ++n) {
    guest.set_memory<std::uint32_t>(0x9000 + 0x100 + 4 * n, frame[n]);
  }
  EXPECT_TRUE(executed(guest.run({0x66, 0xCF})));
  EXPECT_EQ(guest.state.eflags, eflags::kReserved1 | eflags::kVm | eflags::kIopl | eflags::kIf |
                                    eflags::kCf | eflags::kNt);
  EXPECT_EQ(guest.state.seg[kCs].base, 0x12340u);
  EXPECT_EQ(guest.esp(), 0x10Cu);
}

/// SDM vol. 2, PUSHF: the image has VM clear.
TEST(V86, PushfdPushesVmAsZero) {
  G guest;
  guest.enter_v86(3);
  EXPECT_TRUE(executed(guest.run({0x66, 0x9C})));
  EXPECT_EQ(guest.memory<std::uint32_t>(0x9000 + 0xFC), eflags::kReserved1 | eflags::kIopl);
}

/// SDM vol. 3, 20.2: virtual-8086 code is level 3 for the page tables.
TEST(V86, MemoryIsAccessedAsUser) {
  G guest;
  guest.enter_v86(0);
  guest.turn_paging_on();
  guest.set_page(0x2000, 3);
  EXPECT_TRUE(raised(guest.run({0xA0, 0x00, 0x00}), vector::kPageFault, 5));  // mov al, [0]
}

}  // namespace
}  // namespace strata::test
