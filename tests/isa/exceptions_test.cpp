// Delivery of exceptions and interrupts (SDM vol. 3, chapter 6).
#include <gtest/gtest.h>

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

TEST(Exceptions, RealModePushesFlagsCsIpAndNoErrorCode) {
  GuestCpu guest;
  guest.state.eflags = eflags::kReserved1 | eflags::kIf | eflags::kCf;
  guest.set_memory<std::uint32_t>(13 * 4, 0x12345678);  // 1234:5678
  guest.state.gpr[kEbx] = 0xFFFF;
  guest.code({0x8B, 0x07});  // mov ax, [bx]: a word at FFFF
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.kind, RetireKind::kException);
  EXPECT_EQ(record.vector, vector::kGeneralProtection);
  EXPECT_EQ(guest.state.seg[kCs].selector, 0x1234u);
  EXPECT_EQ(guest.state.eip, 0x5678u);
  EXPECT_EQ(guest.state.gpr[kEsp], GuestCpu::kStack - 6);
  EXPECT_EQ(guest.memory<std::uint16_t>(GuestCpu::kStack - 6), GuestCpu::kCode);
  EXPECT_EQ(guest.memory<std::uint16_t>(GuestCpu::kStack - 2), 0x0203);
  EXPECT_EQ(guest.state.eflags & eflags::kIf, 0u);
}

/// SDM vol. 2, INT n, REAL-ADDRESS-MODE clears IF, TF and AC; the PROTECTED-MODE part leaves AC.
TEST(Exceptions, InterruptsClearAcInRealModeOnly) {
  for (const bool protected_mode : {false, true}) {
    GuestCpu guest;
    if (protected_mode) guest.enter_protected_mode();
    guest.state.eflags = eflags::kReserved1 | eflags::kAc | eflags::kId;
    guest.code({0xCD, 0x05});  // int 5
    guest.step();
    EXPECT_EQ((guest.state.eflags & eflags::kAc) != 0, protected_mode);
    EXPECT_NE(guest.state.eflags & eflags::kId, 0u);
  }
}

TEST(Exceptions, StackSegmentLimitIsVector12) {
  GuestCpu guest;
  guest.state.gpr[kEbp] = 0xFFFF;
  guest.code({0x8B, 0x46, 0x00});  // mov ax, [bp]
  EXPECT_EQ(guest.step().vector, vector::kStackFault);
}

TEST(Exceptions, ProtectedModePushesErrorCode) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.gpr[kEax] = 0x1238;  // past the GDT's limit
  guest.code({0x8E, 0xD8});        // mov ds, ax
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kGeneralProtection);
  EXPECT_EQ(record.error_code, 0x1238u);
  EXPECT_EQ(guest.state.eip, GuestCpu::handler_of(13));
  EXPECT_EQ(guest.state.gpr[kEsp], GuestCpu::kStack - 16);
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 16), 0x1238u);
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 12), GuestCpu::kCode);
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 8), GuestCpu::kCode32);
}

TEST(Exceptions, InterruptGateClearsIfAndTrapGateDoesNot) {
  for (const unsigned type : {0xEu, 0xFu}) {
    GuestCpu guest;
    guest.enter_protected_mode();
    guest.set_gate(8, GuestCpu::kCode32, 0x8800, type);
    guest.state.eflags |= eflags::kIf;
    guest.code({0xCD, 0x08});  // int 8
    EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
    EXPECT_EQ(guest.state.eip, 0x8800u);
    EXPECT_EQ((guest.state.eflags & eflags::kIf) != 0, type == 0xF);
    EXPECT_EQ(guest.state.gpr[kEsp], GuestCpu::kStack - 12);
  }
}

TEST(Exceptions, SixteenBitGatePushesWords) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.set_gate(8, GuestCpu::kCode32, 0x8800, 0x6);
  guest.code({0xCD, 0x08});
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEsp], GuestCpu::kStack - 6);
  EXPECT_EQ(guest.memory<std::uint16_t>(GuestCpu::kStack - 6), GuestCpu::kCode + 2);
}

TEST(Exceptions, TwoContributoryExceptionsMakeADoubleFault) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.set_gate(0, 0x1230, 0, 0xE);  // the handler's selector is past the GDT
  guest.state.gpr[kEcx] = 0;
  guest.code({0xF7, 0xF1});  // div ecx
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kDoubleFault);
  EXPECT_EQ(record.error_code, 0u);
  EXPECT_EQ(guest.state.eip, GuestCpu::handler_of(8));
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 16), 0u);
}

TEST(Exceptions, BenignThenContributoryIsHandledSerially) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.set_gate(6, 0x1230, 0, 0xE);
  guest.code({0x0F, 0xFF});  // undefined
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kGeneralProtection);
  EXPECT_EQ(record.error_code, 0x1231u);  // EXT: while an exception was delivered
}

TEST(Exceptions, FaultInDoubleFaultShutsDown) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.idtr.limit = 0;
  guest.code({0x0F, 0xFF});
  guest.cpu.load_state(guest.state);
  EXPECT_EQ(guest.cpu.run(1000), StopReason::kShutdown);
}

TEST(Exceptions, MissingGateNamesItsIdtEntry) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.code({0xCD, 0x40});  // int 40: past the IDT
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kGeneralProtection);
  EXPECT_EQ(record.error_code, 0x40u * 8 + 2);
}

TEST(Exceptions, InstructionOver15BytesIsGeneralProtection) {
  GuestCpu guest;
  for (std::uint32_t n = 0; n < 15; ++n) {
    guest.set_memory<std::uint8_t>(GuestCpu::kCode + n, 0x3E);
  }
  guest.set_memory<std::uint8_t>(GuestCpu::kCode + 15, 0x90);
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
  GuestCpu fitting;
  for (std::uint32_t n = 0; n < 14; ++n) {
    fitting.set_memory<std::uint8_t>(GuestCpu::kCode + n, 0x3E);
  }
  fitting.set_memory<std::uint8_t>(GuestCpu::kCode + 14, 0x90);
  const RetireRecord record = fitting.step();
  EXPECT_EQ(record.kind, RetireKind::kInstruction);
  EXPECT_EQ(record.length, 15);
}

TEST(Exceptions, LockIsUndefinedOnRegistersAndOnForeignForms) {
  const std::initializer_list<std::uint8_t> refused[] = {
      {0xF0, 0x01, 0xC8},         // lock add ax, cx
      {0xF0, 0x03, 0x07},         // lock add ax, [bx]
      {0xF0, 0x39, 0x07},         // lock cmp [bx], ax
      {0xF0, 0x90},               // lock nop
      {0xF0, 0x0F, 0xBA, 0x27}};  // lock bt: imm8 follows as 00
  for (const auto& bytes : refused) {
    GuestCpu guest;
    guest.code(bytes);
    EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
  }
  GuestCpu guest;
  guest.code({0xF0, 0x01, 0x07});  // lock add [bx], ax
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
}

TEST(Exceptions, FaultOnTheWayChangesNoState) {
  GuestCpu guest;
  guest.state.seg[kSs].limit = 0x8FFF;
  guest.state.gpr[kEsp] = 6;  // PUSHA wraps to FFFE, past the limit, after three words
  guest.state.gpr[kEcx] = 0xBEEF;
  guest.code({0x60});  // pusha
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.vector, vector::kStackFault);
  // The delivery's own three words fit; they are pushed from the old SP.
  EXPECT_EQ(guest.state.gpr[kEsp], 0u);
  EXPECT_EQ(guest.memory<std::uint16_t>(0), GuestCpu::kCode);
}

}  // namespace
}  // namespace strata::test
