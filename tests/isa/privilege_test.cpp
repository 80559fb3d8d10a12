// What each privilege level may do: privileged instructions, IOPL, the I/O permission bitmap and
// flag masks (SDM vol. 3, 5.9; vol. 1, chapter 18).
#include "tests/isa/protected_guest.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kIopl3 = eflags::kIopl;

struct Privileged {
  const char* name;
  std::vector<std::uint8_t> bytes;
};

class PrivilegedInstructions : public testing::TestWithParam<Privileged> {};

/// SDM vol. 3, 5.9: #GP(0) above level 0, whatever IOPL is, before the operand is looked at.
TEST_P(PrivilegedInstructions, NeedLevelZero) {
  for (const bool v86 : {false, true}) {
    ProtectedGuest guest;
    if (v86) {
      guest.enter_v86(3);
    } else {
      guest.enter_level3();
      guest.state.eflags |= kIopl3;
    }
    guest.state.gpr[kEbx] = v86 ? 0xFFFF : 0xFFFFFFFF;  // an operand there would fault
    std::uint32_t at = GuestCpu::kCode;
    for (const std::uint8_t byte : GetParam().bytes) {
      guest.set_memory<std::uint8_t>(at++, byte);
    }
    const CpuState before = guest.state;
    EXPECT_TRUE(raised(guest.step(), vector::kGeneralProtection));
    EXPECT_EQ(guest.state.cr0, before.cr0);
    EXPECT_EQ(guest.state.gdtr, before.gdtr);
    EXPECT_EQ(guest.state.halted, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, PrivilegedInstructions,
                         testing::Values(Privileged{"Hlt", {0xF4}},
                                         Privileged{"Clts", {0x0F, 0x06}},
                                         Privileged{"Lmsw", {0x0F, 0x01, 0x33}},
                                         Privileged{"Lgdt", {0x0F, 0x01, 0x13}},
                                         Privileged{"Lidt", {0x0F, 0x01, 0x1B}},
                                         Privileged{"MovFromCr0", {0x0F, 0x20, 0xC0}},
                                         Privileged{"MovToCr0", {0x0F, 0x22, 0xC0}},
                                         Privileged{"MovToCr3", {0x0F, 0x22, 0xD8}}),
                         [](const auto& p) { return p.param.name; });

TEST(Privilege, LldtAndLtrNeedLevelZero) {
  for (const auto modrm : {std::uint8_t{0xD0}, std::uint8_t{0xD8}}) {  // lldt ax, ltr ax
    ProtectedGuest guest;
    guest.enter_level3();
    guest.state.gpr[kEax] = 0x1234;
    EXPECT_TRUE(raised(guest.run({0x0F, 0x00, modrm}), vector::kGeneralProtection));
  }
}

/// SDM vol. 2, CLI and STI: #GP(0) if CPL is above IOPL.
TEST(Privilege, CliAndStiFollowIopl) {
  for (const auto opcode : {std::uint8_t{0xFA}, std::uint8_t{0xFB}}) {
    for (unsigned iopl = 0; iopl < 4; ++iopl) {
      ProtectedGuest guest;
      guest.enter_level3();
      guest.state.eflags |= iopl << 12 | (opcode == 0xFA ? eflags::kIf : 0);
      const RetireRecord record = guest.run({opcode});
      if (iopl == 3) {
        EXPECT_TRUE(executed(record));
        EXPECT_EQ((guest.state.eflags & eflags::kIf) != 0, opcode == 0xFB);
      } else {
        EXPECT_TRUE(raised(record, vector::kGeneralProtection));
      }
    }
  }
}

/// SDM vol. 2, POPF: IOPL changes only at CPL 0, IF only if CPL is at most IOPL; no fault either
/// way.
TEST(Privilege, PopfMasksIoplAndIf) {
  for (const unsigned iopl : {0u, 3u}) {
    ProtectedGuest guest;
    guest.enter_level3();
    guest.state.eflags |= iopl << 12;
    guest.set_memory<std::uint32_t>(GuestCpu::kStack,
                                    eflags::kIf | (iopl ^ 3) << 12 | eflags::kCf | eflags::kVm);
    EXPECT_TRUE(executed(guest.run({0x9D})));
    EXPECT_EQ(guest.state.eflags & eflags::kIopl, iopl << 12);
    EXPECT_EQ((guest.state.eflags & eflags::kIf) != 0, iopl == 3);
    EXPECT_NE(guest.state.eflags & eflags::kCf, 0u);
    EXPECT_EQ(guest.state.eflags & eflags::kVm, 0u);
  }
  ProtectedGuest guest;  // level 0
  guest.set_memory<std::uint32_t>(GuestCpu::kStack, eflags::kIf | kIopl3);
  EXPECT_TRUE(executed(guest.run({0x9D})));
  EXPECT_EQ(guest.state.eflags & (eflags::kIf | kIopl3), eflags::kIf | kIopl3);
}

/// SDM vol. 1, 18.5.1: IN and OUT pass where CPL is at most IOPL.
TEST(Privilege, IoplOpensAllPorts) {
  ProtectedGuest guest;
  guest.enter_level3();
  guest.state.eflags |= kIopl3;
  guest.state.tr.limit = 0;
  guest.run({0xE6, 0x42});
  EXPECT_EQ(guest.bus.log, std::vector<std::string>{"out 42/1=0"});
}

struct IoCase {
  const char* name;
  std::uint8_t opcode;
  bool operand16;
  std::uint16_t port;
  std::uint16_t closed;  // the only closed port
  bool allowed;
};

class IoBitmap : public testing::TestWithParam<IoCase> {};

/// SDM vol. 1, 18.5.2: each port of the access needs a clear bit.
TEST_P(IoBitmap, DecidesAboveIopl) {
  const IoCase& c = GetParam();
  ProtectedGuest guest;
  guest.enter_level3();
  guest.state.gpr[kEdx] = c.port;
  guest.set_memory<std::uint8_t>(ProtectedGuest::kTssBase + 0x68 + c.closed / 8,
                                 static_cast<std::uint8_t>(1u << c.closed % 8));
  const RetireRecord record =
      c.operand16 ? guest.run({0x66, c.opcode}) : guest.run({c.opcode, 0x90});
  if (c.allowed) {
    EXPECT_TRUE(executed(record));
    EXPECT_FALSE(guest.bus.log.empty());
  } else {
    EXPECT_TRUE(raised(record, vector::kGeneralProtection));
    EXPECT_TRUE(guest.bus.log.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Ports, IoBitmap,
                         testing::Values(IoCase{"ByteOpen", 0xEC, false, 0x42, 0x43, true},
                                         IoCase{"ByteClosed", 0xEC, false, 0x43, 0x43, false},
                                         IoCase{"OutClosed", 0xEE, false, 0x43, 0x43, false},
                                         IoCase{"WordSecondClosed", 0xED, true, 0x42, 0x43, false},
                                         IoCase{"DwordFourthClosed", 0xED, false, 0x47, 0x4A,
                                                false},
                                         IoCase{"DwordPastTheLast", 0xED, false, 0x47, 0x4B, true},
                                         IoCase{"OutsClosed", 0x6E, false, 0x43, 0x43, false},
                                         IoCase{"InsClosed", 0x6C, false, 0x43, 0x43, false}),
                         [](const auto& c) { return c.param.name; });

/// SDM vol. 1, 18.5.2: two bytes are read; the map must have a byte past the port's.
TEST(Privilege, IoBitmapMustHoldTwoBytes) {
  for (const std::uint32_t limit : {0x68u + 8, 0x68u + 9}) {
    ProtectedGuest guest;
    guest.enter_level3();
    guest.state.tr.limit = limit;
    const RetireRecord record = guest.run({0xE4, 0x42});  // byte 8 of the map
    EXPECT_EQ(record.kind == RetireKind::kInstruction, limit == 0x68 + 9) << std::hex << limit;
  }
}

TEST(Privilege, SixteenBitTssHasNoBitmap) {
  ProtectedGuest guest;
  guest.enter_level3();
  guest.state.tr.attributes = attr::kPresent | 0x3;
  guest.set_memory<std::uint16_t>(ProtectedGuest::kTssBase + 2, ProtectedGuest::kStack0);
  guest.set_memory<std::uint16_t>(ProtectedGuest::kTssBase + 4, GuestCpu::kData32);
  EXPECT_TRUE(raised(guest.run({0xE4, 0x42}), vector::kGeneralProtection));
}

TEST(Privilege, TssWithoutMapBaseClosesAllPorts) {
  ProtectedGuest guest;
  guest.enter_level3();
  guest.state.tr.limit = 0x66;
  EXPECT_TRUE(raised(guest.run({0xE4, 0x42}), vector::kGeneralProtection));
}

TEST(Privilege, RepeatedStringWithCountZeroAsksForNoPort) {
  ProtectedGuest guest;
  guest.enter_level3();
  guest.state.tr.limit = 0;
  EXPECT_TRUE(executed(guest.run({0xF3, 0x6E})));
}

struct LoadCase {
  const char* name;
  unsigned segment;
  std::uint16_t selector;
  std::uint32_t attributes;  // of kSlot
  std::uint8_t vector;       // 0: loads
  std::uint32_t error;
};

class LoadsAtLevel3 : public testing::TestWithParam<LoadCase> {};

/// SDM vol. 2, MOV; vol. 3, 5.6 and 5.7.
TEST_P(LoadsAtLevel3, AreChecked) {
  const LoadCase& c = GetParam();
  ProtectedGuest guest;
  guest.enter_level3();
  guest.set_flat(ProtectedGuest::kSlot, c.attributes);
  guest.state.gpr[kEax] = c.selector;
  const RetireRecord record = guest.run({0x8E, static_cast<std::uint8_t>(0xC0 | c.segment << 3)});
  if (c.vector == 0) {
    EXPECT_TRUE(executed(record));
    EXPECT_EQ(guest.state.seg[c.segment].selector, c.selector);
  } else {
    EXPECT_TRUE(raised(record, c.vector, c.error));
    EXPECT_EQ(guest.access_of(ProtectedGuest::kSlot), c.attributes & 0xFF);
  }
}

using G = ProtectedGuest;
constexpr std::uint32_t kLevel0 = G::kPresent | G::kDataRw;
constexpr std::uint32_t kLevel3 = kLevel0 | G::kDpl3;

INSTANTIATE_TEST_SUITE_P(
    MovSreg, LoadsAtLevel3,
    testing::Values(
        LoadCase{"DataOfLevel0", kDs, G::kSlot, kLevel0, 13, G::kSlot},
        LoadCase{"DataOfLevel2", kDs, G::kSlot, kLevel0 | 2u << 5, 13, G::kSlot},
        LoadCase{"DataOfLevel3", kDs, G::kSlot | 3, kLevel3, 0, 0},
        LoadCase{"DataRplBelowCpl", kDs, G::kSlot, kLevel3, 0, 0},
        LoadCase{"CodeOfLevel0", kDs, G::kSlot, G::kPresent | G::kCodeXr, 13, G::kSlot},
        LoadCase{"ConformingOfLevel0", kDs, G::kSlot, G::kPresent | G::kConforming, 0, 0},
        LoadCase{"PrivilegeBeforePresent", kDs, G::kSlot, G::kDataRw, 13, G::kSlot},
        LoadCase{"StackOfLevel3", kSs, G::kSlot | 3, kLevel3, 0, 0},
        LoadCase{"StackRpl0", kSs, G::kSlot, kLevel3, 13, G::kSlot},
        LoadCase{"StackDpl0", kSs, G::kSlot | 3, kLevel0, 13, G::kSlot},
        LoadCase{"StackNull", kSs, 3, kLevel3, 13, 0},
        LoadCase{"StackAbsent", kSs, G::kSlot | 3, kLevel3 & ~G::kPresent, 12, G::kSlot}),
    [](const auto& c) { return c.param.name; });

/// SDM vol. 3, 4.6: descriptor tables are read and marked by the supervisor, whoever loads.
TEST(Privilege, DescriptorsAreOnSupervisorPages) {
  ProtectedGuest guest;
  guest.enter_level3();
  guest.turn_paging_on();
  guest.set_page(GuestCpu::kGdt, 3);
  guest.set_flat(ProtectedGuest::kSlot, kLevel3);
  guest.state.gpr[kEax] = ProtectedGuest::kSlot | 3;
  EXPECT_TRUE(executed(guest.run({0x8E, 0xC0})));
  EXPECT_EQ(guest.access_of(ProtectedGuest::kSlot), kLevel3 | attr::kAccessed);
}

/// SDM vol. 3, 6.15 (14): a page fault while a descriptor is read or marked is the supervisor's,
/// and the load can be restarted.
TEST(Privilege, DescriptorOnAnAbsentPageIsAPageFault) {
  for (const bool absent : {true, false}) {
    constexpr std::uint32_t kTable = 0x30000;
    ProtectedGuest guest;
    guest.enter_level3();
    guest.turn_paging_on();
    guest.set_page(kTable, absent ? 0 : 1);
    guest.state.cr0 |= cr0::kWp;
    guest.state.ldtr = {.selector = ProtectedGuest::kLdt,
                        .base = kTable,
                        .limit = 0xFF,
                        .attributes = attr::kPresent | 2};
    guest.set_memory<std::uint32_t>(kTable + 8, 0x0000FFFF);
    guest.set_memory<std::uint32_t>(kTable + 12, 0x00CF0000 | (kLevel3 << 8));
    guest.state.gpr[kEax] = 0x0F;
    const SegmentState before = guest.state.seg[kEs];
    const std::uint32_t error = absent ? 0 : 3;
    EXPECT_TRUE(raised(guest.run({0x8E, 0xC0}), vector::kPageFault, error));
    EXPECT_EQ(guest.state.cr2, kTable + (absent ? 8u : 13u));
    EXPECT_EQ(guest.state.seg[kEs], before);
    EXPECT_EQ(guest.stack(1), GuestCpu::kCode);
  }
}

}  // namespace
}  // namespace strata::test
