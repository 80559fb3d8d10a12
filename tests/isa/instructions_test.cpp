// Instructions the chip captures do not reach: 32-bit forms, the 0F map, addressing with SIB.
// Expected values follow from SDM vol. 2.
#include <gtest/gtest.h>

#include "tests/isa/guest_cpu.h"

namespace strata::test {
namespace {

/// A protected-mode guest with code, stepped once; state before is set up by `prepare`.
template <typename Prepare>
GuestCpu* run(GuestCpu& guest, std::initializer_list<std::uint8_t> bytes, Prepare&& prepare) {
  guest.enter_protected_mode();
  prepare(guest);
  guest.code(bytes);
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  return &guest;
}

std::uint32_t status(const GuestCpu& guest) {
  return guest.state.eflags & eflags::kStatus;
}

TEST(Instructions, SibAddressScalesTheIndex) {
  GuestCpu guest;
  run(guest, {0x8D, 0x84, 0xB3, 0x00, 0x01, 0x00, 0x00},
      [](GuestCpu& g) {  // lea eax,[ebx+esi*4+100]
        g.state.gpr[kEbx] = 0x1000;
        g.state.gpr[kEsi] = 0x10;
      });
  EXPECT_EQ(guest.state.gpr[kEax], 0x1140u);
}

TEST(Instructions, SibWithoutBaseOrIndex) {
  GuestCpu guest;
  run(guest, {0x8D, 0x04, 0x25, 0x78, 0x56, 0x34, 0x12}, [](GuestCpu&) {});  // lea eax,[12345678]
  EXPECT_EQ(guest.state.gpr[kEax], 0x12345678u);
}

TEST(Instructions, EspBasedOperandUsesStackSegment) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.seg[kSs].base = 0x100;
  guest.set_memory<std::uint32_t>(GuestCpu::kStack + 0x100, 0xCAFEF00D);
  guest.code({0x8B, 0x04, 0x24});  // mov eax, [esp]
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEax], 0xCAFEF00Du);
}

TEST(Instructions, AddOverflowsAndCarriesAt32Bits) {
  GuestCpu guest;
  run(guest, {0x01, 0xC8}, [](GuestCpu& g) {  // add eax, ecx
    g.state.gpr[kEax] = 0x80000000;
    g.state.gpr[kEcx] = 0x80000000;
  });
  EXPECT_EQ(guest.state.gpr[kEax], 0u);
  EXPECT_EQ(status(guest), eflags::kCf | eflags::kOf | eflags::kZf | eflags::kPf);
}

TEST(Instructions, SbbWithBorrowOfEqualOperands) {
  GuestCpu guest;
  run(guest, {0x19, 0xC0}, [](GuestCpu& g) { g.state.eflags |= eflags::kCf; });  // sbb eax, eax
  EXPECT_EQ(guest.state.gpr[kEax], 0xFFFFFFFFu);
  EXPECT_EQ(status(guest), eflags::kCf | eflags::kSf | eflags::kAf | eflags::kPf);
}

TEST(Instructions, MultiplyAndDivideUseEdxEax) {
  GuestCpu guest;
  run(guest, {0xF7, 0xE1}, [](GuestCpu& g) {  // mul ecx
    g.state.gpr[kEax] = 0xFFFFFFFF;
    g.state.gpr[kEcx] = 0xFFFFFFFF;
  });
  EXPECT_EQ(guest.state.gpr[kEax], 1u);
  EXPECT_EQ(guest.state.gpr[kEdx], 0xFFFFFFFEu);
  guest.code({0xF7, 0xF1}, guest.state.eip);  // div ecx
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEax], 0xFFFFFFFFu);
  EXPECT_EQ(guest.state.gpr[kEdx], 0u);
}

TEST(Instructions, SignedDivideOverflowIsDivideError) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.gpr[kEdx] = 0x80000000;
  guest.state.gpr[kEcx] = 0xFFFFFFFF;
  guest.code({0xF7, 0xF9});  // idiv ecx: -2^63 / -1
  EXPECT_EQ(guest.step().vector, vector::kDivideError);
}

TEST(Instructions, MoveWithExtension) {
  GuestCpu guest;
  run(guest, {0x0F, 0xBE, 0xC5}, [](GuestCpu& g) { g.state.gpr[kEcx] = 0x8012; });  // movsx eax, ch
  EXPECT_EQ(guest.state.gpr[kEax], 0xFFFFFF80u);
  guest.code({0x0F, 0xB7, 0xC1}, guest.state.eip);  // movzx eax, cx
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEax], 0x8012u);
}

TEST(Instructions, BitTestAddressesMemoryBySignedBitOffset) {
  GuestCpu guest;
  run(guest, {0x0F, 0xAB, 0x0B}, [](GuestCpu& g) {  // bts [ebx], ecx
    g.state.gpr[kEbx] = 0x4004;
    g.state.gpr[kEcx] = 0xFFFFFFFF;  // bit -1: the top bit of the dword before
  });
  EXPECT_EQ(guest.memory<std::uint32_t>(0x4000), 0x80000000u);
  EXPECT_EQ(guest.memory<std::uint32_t>(0x4004), 0u);
}

TEST(Instructions, BitScanFindsEitherEnd) {
  GuestCpu guest;
  run(guest, {0x0F, 0xBC, 0xC1}, [](GuestCpu& g) { g.state.gpr[kEcx] = 0x00012000; });
  EXPECT_EQ(guest.state.gpr[kEax], 13u);
  guest.code({0x0F, 0xBD, 0xC1}, guest.state.eip);
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEax], 16u);
  EXPECT_EQ(status(guest) & eflags::kZf, 0u);
}

TEST(Instructions, DoubleShift) {
  GuestCpu guest;
  run(guest, {0x0F, 0xA4, 0xC8, 0x04}, [](GuestCpu& g) {  // shld eax, ecx, 4
    g.state.gpr[kEax] = 0x12345678;
    g.state.gpr[kEcx] = 0x9ABCDEF0;
  });
  EXPECT_EQ(guest.state.gpr[kEax], 0x23456789u);
  EXPECT_EQ(status(guest) & eflags::kCf, eflags::kCf);    // bit 28 of 12345678
  guest.code({0x0F, 0xAC, 0xC8, 0x08}, guest.state.eip);  // shrd eax, ecx, 8
  guest.step();
  EXPECT_EQ(guest.state.gpr[kEax], 0xF0234567u);
}

TEST(Instructions, ConditionsFollowTheFlags) {
  // SDM vol. 1, table B-1, with CF=1, ZF=0, SF=1, OF=0, PF=1.
  const bool expected[16] = {false, true,  true, false, false, true,  true, false,
                             true,  false, true, false, true,  false, true, false};
  for (std::uint8_t condition = 0; condition < 16; ++condition) {
    GuestCpu guest;
    run(guest, {0x0F, static_cast<std::uint8_t>(0x90 + condition), 0xC0}, [](GuestCpu& g) {
      g.state.eflags = eflags::kReserved1 | eflags::kCf | eflags::kSf | eflags::kPf;
    });
    EXPECT_EQ(guest.state.gpr[kEax], expected[condition] ? 1u : 0u) << unsigned{condition};
  }
}

TEST(Instructions, PopMemoryAddressesWithTheNewEsp) {
  GuestCpu guest;
  run(guest, {0x8F, 0x44, 0x24, 0x08}, [](GuestCpu& g) {  // pop dword [esp+8]
    g.set_memory<std::uint32_t>(GuestCpu::kStack, 0x11223344);
  });
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack + 12), 0x11223344u);
}

TEST(Instructions, PushEspPushesTheOldValue) {
  GuestCpu guest;
  run(guest, {0x54}, [](GuestCpu&) {});
  EXPECT_EQ(guest.memory<std::uint32_t>(GuestCpu::kStack - 4), GuestCpu::kStack);
}

TEST(Instructions, NearJumpWith16BitOperandsTruncatesEip) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.eip = 0x11000;
  guest.code({0x66, 0xE9, 0x00, 0x00}, 0x11000);  // jmp to 11004, 16-bit
  guest.step();
  EXPECT_EQ(guest.state.eip, 0x1004u);
}

TEST(Instructions, LoopCountsByAddressSize) {
  GuestCpu guest;
  run(guest, {0x67, 0xE2, 0x10}, [](GuestCpu& g) { g.state.gpr[kEcx] = 0x10000; });  // CX wraps
  EXPECT_EQ(guest.state.gpr[kEcx], 0x1FFFFu);
  EXPECT_EQ(guest.state.eip, GuestCpu::kCode + 0x13);
}

TEST(Instructions, LoadAndStoreTables) {
  GuestCpu guest;
  run(guest, {0x0F, 0x01, 0x1D, 0x00, 0x40, 0x00, 0x00}, [](GuestCpu& g) {  // lidt [4000]
    g.set_memory<std::uint16_t>(0x4000, 0x07FF);
    g.set_memory<std::uint32_t>(0x4002, 0x89ABCDEF);
  });
  EXPECT_EQ(guest.state.idtr.base, 0x89ABCDEFu);
  EXPECT_EQ(guest.state.idtr.limit, 0x07FFu);
  guest.code({0x66, 0x0F, 0x01, 0x0D, 0x00, 0x50, 0x00, 0x00}, guest.state.eip);  // sidt, 16-bit
  guest.step();
  EXPECT_EQ(guest.memory<std::uint32_t>(0x5002), 0x00ABCDEFu);
}

TEST(Instructions, LmswCannotClearPe) {
  GuestCpu guest;
  run(guest, {0x0F, 0x01, 0xF0}, [](GuestCpu& g) { g.state.gpr[kEax] = 0xFFF8; });  // lmsw ax
  EXPECT_EQ(guest.state.cr0, cr0::kEt | cr0::kTs | cr0::kPe);
}

TEST(Instructions, PopfCannotChangeVmAndRf) {
  GuestCpu guest;
  run(guest, {0x9D},
      [](GuestCpu& g) { g.set_memory<std::uint32_t>(GuestCpu::kStack, 0xFFFFFFFF); });
  EXPECT_EQ(guest.state.eflags, (eflags::kWritable386 & ~(eflags::kVm | eflags::kRf)) |
                                    eflags::kReserved1 | eflags::kAc | eflags::kId);
}

TEST(Instructions, IretdRestoresFlagsButVm) {
  GuestCpu guest;
  run(guest, {0xCF}, [](GuestCpu& g) {
    g.set_memory<std::uint32_t>(GuestCpu::kStack, 0x2000);
    g.set_memory<std::uint32_t>(GuestCpu::kStack + 4, GuestCpu::kCode32);
    g.set_memory<std::uint32_t>(GuestCpu::kStack + 8, eflags::kRf | eflags::kIf | eflags::kCf);
  });
  EXPECT_EQ(guest.state.eip, 0x2000u);
  EXPECT_EQ(guest.state.gpr[kEsp], GuestCpu::kStack + 12);
  EXPECT_EQ(guest.state.eflags, eflags::kReserved1 | eflags::kRf | eflags::kIf | eflags::kCf);
}

TEST(Instructions, LaterProcessorsInstructionsAreUndefined) {
  const std::initializer_list<std::uint8_t> later[] = {
      {0x0F, 0xA2}, {0x0F, 0xC8}, {0x0F, 0xC1, 0xC0}, {0x0F, 0xB1, 0xC1}, {0xD6}, {0xF1}};
  for (const auto& bytes : later) {
    GuestCpu guest;
    guest.enter_protected_mode();
    guest.code(bytes);
    EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
  }
}

TEST(Instructions, CompareStringsStopsAtTheDifference) {
  GuestCpu guest;
  guest.enter_protected_mode();
  guest.state.gpr[kEsi] = 0x4000;
  guest.state.gpr[kEdi] = 0x5000;
  guest.state.gpr[kEcx] = 8;
  guest.set_memory<std::uint8_t>(0x4002, 1);
  guest.code({0xF3, 0xA6, 0xF4});  // repe cmpsb; hlt
  guest.cpu.load_state(guest.state);
  guest.cpu.run(100);
  const CpuState after = guest.cpu.state();
  EXPECT_EQ(after.gpr[kEcx], 5u);
  EXPECT_EQ(after.gpr[kEsi], 0x4003u);
  EXPECT_EQ(after.eflags & eflags::kZf, 0u);
}

}  // namespace
}  // namespace strata::test
