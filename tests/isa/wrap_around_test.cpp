// What happens at offset FFFF of a 64 KiB segment (386 reference manual, 14.7 and 15.6: "If any
// part of the operand would lie outside the effective address space from 0 to 0FFFFH", interrupt
// 13, of the stack 12).
#include <gtest/gtest.h>

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

TEST(WrapAround, OperandAcrossTheEndFaults) {
  for (const std::uint32_t offset : {0xFFFFu, 0xFFFEu}) {
    GuestCpu guest;
    guest.state.gpr[kEbx] = offset;
    guest.code({0x66, 0x8B, 0x07});  // mov eax, [bx]
    EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
  }
  GuestCpu fits;
  fits.set_memory<std::uint32_t>(0xFFFC, 0xCAFEF00D);
  fits.state.gpr[kEbx] = 0xFFFC;
  fits.code({0x66, 0x8B, 0x07});
  EXPECT_EQ(fits.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(fits.state.gpr[kEax], 0xCAFEF00Du);
}

TEST(WrapAround, SixteenBitAddressGoesRound) {
  GuestCpu guest;
  guest.state.gpr[kEbx] = 0xFFF0;
  guest.state.gpr[kEsi] = 0x4010;
  guest.set_memory<std::uint8_t>(0x4002, 0x77);
  guest.code({0x8A, 0x40, 0x02});  // mov al, [bx+si+2]
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEax] & 0xFF, 0x77u);
}

/// Limit and base of a descriptor table register are two items; the second's address goes round
/// (SDM vol. 1, 3.3.5).
TEST(WrapAround, TableBaseBehindFffeIsAtZero) {
  GuestCpu guest;
  guest.state.gpr[kEbx] = 0xFFFE;
  guest.set_memory<std::uint16_t>(0xFFFE, 0x27);
  guest.set_memory<std::uint32_t>(0, 0x00123450);
  guest.set_memory<std::uint32_t>(0x10000, 0x00999999);
  guest.code({0x66, 0x0F, 0x01, 0x17});  // lgdt [bx]
  guest.step();
  EXPECT_EQ(guest.state.gdtr.limit, 0x27u);
  EXPECT_EQ(guest.state.gdtr.base, 0x00123450u);
}

/// A quadword is one item: "above the effective limit - 7" is outside (SDM vol. 3, 5.3), for the
/// limit FFFFFFFF too, where the manual leaves it open.
TEST(WrapAround, QuadwordDoesNotGoRound) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.seg[kDs].base = 0x5000;
  guest.state.gpr[kEbx] = 0xFFFFFFFC;
  guest.code({0x0F, 0xC7, 0x0B});  // cmpxchg8b [ebx]
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

/// A 32-bit address in real mode is not cut: the limit is FFFF.
TEST(WrapAround, ThirtyTwoBitAddressFaultsPast64KiB) {
  GuestCpu guest;
  guest.state.gpr[kEbx] = 0x10000;
  guest.code({0x67, 0x8A, 0x03});  // mov al, [ebx]
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

TEST(WrapAround, PushGoesRoundFrom0ButNotThroughTheEnd) {
  GuestCpu guest;
  guest.state.gpr[kEsp] = 0xABCD0000;
  guest.state.gpr[kEax] = 0x1234;
  guest.code({0x50});  // push ax
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEsp], 0xABCDFFFEu);
  EXPECT_EQ(guest.memory<std::uint16_t>(0xFFFE), 0x1234);

  GuestCpu odd;
  odd.state.gpr[kEsp] = 1;
  odd.code({0x50});  // at FFFF
  odd.cpu.load_state(odd.state);
  odd.cpu.step();
  EXPECT_TRUE(odd.cpu.shutdown());  // nor is there room for any handler's frame
}

TEST(WrapAround, PopAtTheEndLeavesSpAt0) {
  GuestCpu guest;
  guest.state.gpr[kEsp] = 0xFFFE;
  guest.set_memory<std::uint16_t>(0xFFFE, 0x4321);
  guest.code({0x58});
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEsp], 0u);
  EXPECT_EQ(guest.state.gpr[kEax], 0x4321u);
}

TEST(WrapAround, StringIndexGoesRoundBetweenElements) {
  GuestCpu guest;
  guest.state.gpr[kEsi] = 0xFFFE;
  guest.state.gpr[kEdi] = 0x5000;
  guest.state.gpr[kEcx] = 2;
  guest.set_memory<std::uint16_t>(0xFFFE, 0x1111);
  guest.set_memory<std::uint16_t>(0x0000, 0x2222);
  guest.code({0xF3, 0xA5});  // rep movsw
  guest.step();
  guest.step();
  EXPECT_EQ(guest.memory<std::uint32_t>(0x5000), 0x22221111u);
  EXPECT_EQ(guest.state.gpr[kEsi], 2u);
}

/// An instruction that would continue past FFFF is #GP; EIP itself does not go round.
TEST(WrapAround, CodeEndsAtTheLimit) {
  GuestCpu guest;
  guest.state.eip = 0xFFFF;
  guest.code({0xB0}, 0xFFFF);  // mov al, imm8 without its immediate
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kGeneralProtection);
  EXPECT_EQ(record.eip, 0xFFFFu);

  GuestCpu last;
  last.state.eip = 0xFFFF;
  last.code({0x90}, 0xFFFF);
  EXPECT_EQ(last.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(last.state.eip, 0x10000u);
  EXPECT_EQ(last.step().vector, vector::kGeneralProtection);
}

TEST(WrapAround, SixteenBitJumpGoesRound) {
  GuestCpu guest;
  guest.state.eip = 0xFFF0;
  guest.code({0xEB, 0x7E}, 0xFFF0);  // jmp FFF2 + 7E
  guest.step();
  EXPECT_EQ(guest.state.eip, 0x70u);
}

}  // namespace
}  // namespace strata::test
