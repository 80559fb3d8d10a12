// The paging unit of the Verilated CPU against SDM vol. 3, chapter 4: data accesses.
#include <gtest/gtest.h>

#include "tests/rtl/cpu/paged_rig.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kPage = PagedRig::kData;
constexpr std::uint32_t kPageFrame = PagedRig::kFrame;

/// MOV EAX, [kPage]; HLT
constexpr auto kLoad = {std::uint8_t{0xA1}, std::uint8_t{0}, std::uint8_t{0},
                        std::uint8_t{0x40}, std::uint8_t{0}, std::uint8_t{0xF4}};
/// MOV [kPage], EAX; HLT
constexpr auto kStore = {std::uint8_t{0xA3}, std::uint8_t{0}, std::uint8_t{0},
                         std::uint8_t{0x40}, std::uint8_t{0}, std::uint8_t{0xF4}};
/// MOV EAX, [kPage + FFE]; HLT
constexpr auto kLoadAcross = {std::uint8_t{0xA1}, std::uint8_t{0xFE}, std::uint8_t{0x0F},
                              std::uint8_t{0x40}, std::uint8_t{0},    std::uint8_t{0xF4}};
/// MOV [kPage + FFE], EAX; HLT
constexpr auto kStoreAcross = {std::uint8_t{0xA3}, std::uint8_t{0xFE}, std::uint8_t{0x0F},
                               std::uint8_t{0x40}, std::uint8_t{0},    std::uint8_t{0xF4}};

// ---- 4.3: translation, and 4.8: accessed and dirty bits

TEST(CpuPaging, LoadGoesToItsFrameAndSetsTheAccessedBits) {
  PagedRig rig(kLoad);
  rig.map(kPage, kPageFrame | kP);
  rig.set(kPageFrame, 0x12345678);
  rig.run();
  EXPECT_EQ(rig.exception(), "none");
  EXPECT_EQ(rig.state().gpr[kEax], 0x12345678u);
  EXPECT_EQ(rig.entry(kPage), kPageFrame | kP | kA);
  EXPECT_EQ(rig.directory_entry(kPage) & (kA | kD), kA);
  EXPECT_EQ(rig.walks(), "rd r0 wd w0 ");
}

/// The walk of the code's page has brought the directory's line.
TEST(CpuPaging, AWalkReadsThroughTheDataCache) {
  PagedRig rig(kLoad);
  rig.initial().cr0 &= ~cr0::kCd;
  rig.map(kPage, kPageFrame | kP);
  rig.set(kPageFrame, 0x12345678);
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 0x12345678u);
  EXPECT_EQ(rig.walks(), "r0 wd w0 ");
}

TEST(CpuPaging, StoreSetsTheDirtyBitToo) {
  PagedRig rig(kStore);
  rig.map(kPage, kPageFrame | kP | kW);
  rig.initial().gpr[kEax] = 0xCAFE;
  rig.run();
  EXPECT_EQ(rig.get(kPageFrame), 0xCAFEu);
  EXPECT_EQ(rig.entry(kPage), kPageFrame | kP | kW | kA | kD);
}

TEST(CpuPaging, BitsThatAreSetAreNotWritten) {
  PagedRig rig(kStore);
  rig.map(kPage, kPageFrame | kP | kW | kA | kD);
  rig.map_table(kPage, rig.directory_entry(kPage) | kA);
  rig.run();
  EXPECT_EQ(rig.walks(), "rd r0 ");
}

TEST(CpuPaging, FirstWriteThroughACleanEntryWalksAgain) {
  // MOV EAX, [kPage]; MOV EAX, [kPage + 4]; MOV [kPage], EAX; MOV [kPage + 8], EAX; HLT
  PagedRig rig(
      {0xA1, 0, 0, 0x40, 0, 0xA1, 4, 0, 0x40, 0, 0xA3, 0, 0, 0x40, 0, 0xA3, 8, 0, 0x40, 0, 0xF4});
  rig.map(kPage, kPageFrame | kP | kW);
  rig.run();
  EXPECT_EQ(rig.entry(kPage), kPageFrame | kP | kW | kA | kD);
  EXPECT_EQ(rig.walks(), "rd r0 wd w0 rd r0 w0 ");
}

TEST(CpuPaging, ReadModifyWriteIsOneWalkForWriting) {
  PagedRig rig({0x01, 0x05, 0, 0, 0x40, 0, 0xF4});  // ADD [kPage], EAX
  rig.map(kPage, kPageFrame | kP | kW);
  rig.set(kPageFrame, 40);
  rig.initial().gpr[kEax] = 2;
  rig.run();
  EXPECT_EQ(rig.get(kPageFrame), 42u);
  EXPECT_EQ(rig.walks(), "rd r0 wd w0 ");
}

TEST(CpuPaging, SequencerTranslatesItsAccesses) {
  PagedRig rig({0xF3, 0xA5, 0xF4});  // REP MOVSD, the second dword over the end of a page
  rig.map(kPage, kPageFrame | kP);
  rig.map(kPage + 0x1000, (kPageFrame + 0x2000) | kP);
  rig.map(kPage + 0x2000, (kPageFrame + 0x1000) | kP | kW);
  rig.map(kPage + 0x3000, (kPageFrame + 0x4000) | kP | kW);
  rig.put(kPageFrame + 0xFFA, {1, 2, 3, 4, 5, 6});
  rig.put(kPageFrame + 0x2000, {7, 8});
  rig.initial().gpr[kEcx] = 2;
  rig.initial().gpr[kEsi] = kPage + 0xFFA;
  rig.initial().gpr[kEdi] = kPage + 0x2FFB;
  rig.run();
  EXPECT_EQ(rig.get(kPageFrame + 0x1FFB), 0x04030201u);
  EXPECT_EQ(rig.get(kPageFrame + 0x1FFC) >> 24, 5u);
  EXPECT_EQ(rig.get(kPageFrame + 0x4000), 0x00080706u);
}

// ---- accesses over a page's end

TEST(CpuPaging, LoadOverAPagesEndReadsBothFrames) {
  PagedRig rig(kLoadAcross);
  rig.map(kPage, kPageFrame | kP);
  rig.map(kPage + 0x1000, (kPageFrame + 0x5000) | kP);
  rig.put(kPageFrame + 0xFFE, {0x11, 0x22});
  rig.put(kPageFrame + 0x5000, {0x33, 0x44});
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 0x44332211u);
  EXPECT_EQ(rig.walks(), "rd r0 wd w0 rd r1 w1 ");
}

TEST(CpuPaging, StoreOverAPagesEndWritesBothFrames) {
  PagedRig rig(kStoreAcross);
  rig.map(kPage, kPageFrame | kP | kW);
  rig.map(kPage + 0x1000, (kPageFrame + 0x5000) | kP | kW);
  rig.initial().gpr[kEax] = 0x44332211;
  rig.run();
  EXPECT_EQ(rig.get(kPageFrame + 0xFFE) & 0xFFFF, 0x2211u);
  EXPECT_EQ(rig.get(kPageFrame + 0x5000) & 0xFFFF, 0x4433u);
  EXPECT_EQ(rig.get(kPageFrame + 0x1000), 0u);  // the next frame
}

TEST(CpuPaging, NothingIsWrittenIfTheSecondPageFaults) {
  PagedRig rig(kStoreAcross);
  rig.map(kPage, kPageFrame | kP | kW);
  rig.run();
  EXPECT_EQ(rig.exception(), "14(2)");
  EXPECT_EQ(rig.state().cr2, kPage + 0x1000);
  EXPECT_EQ(rig.get(kPageFrame + 0xFFC), 0u);
}

TEST(CpuPaging, TheFirstPageIsCheckedFirst) {
  PagedRig rig(kStoreAcross);
  rig.run();
  EXPECT_EQ(rig.exception(), "14(2)");
  EXPECT_EQ(rig.state().cr2, kPage + 0xFFE);
}

// ---- 4.6: access rights, and 4.7: the error code

struct Rights {
  const char* name;
  bool write;
  bool level3;
  bool write_protect;
  std::uint32_t directory;  // rights of the directory entry and of the table entry
  std::uint32_t table;
  const char* outcome;
};

class CpuPagingRights : public testing::TestWithParam<Rights> {};

TEST_P(CpuPagingRights, Fault) {
  const Rights& rights = GetParam();
  PagedRig rig(rights.write ? kStore : kLoad);
  if (rights.level3) rig.use_level_3();
  if (rights.write_protect) rig.initial().cr0 |= cr0::kWp;
  const std::uint32_t table = (rig.directory_entry(kPage) & ~0xFFFu) | rights.directory;
  rig.map_table(kPage, table);
  rig.map(kPage, kPageFrame | rights.table);
  if (rights.level3 && std::string(rights.outcome) == "none") {
    rig.put(PagedRig::kCode + 5, {0xCC});  // INT3 instead of HLT
  }
  rig.run();
  if (std::string(rights.outcome) == "none") {
    EXPECT_NE(rig.exception().substr(0, 3), "14(");
    EXPECT_EQ(rig.entry(kPage), kPageFrame | rights.table | kA | (rights.write ? kD : 0));
    return;
  }
  EXPECT_EQ(rig.exception(), rights.outcome);
  EXPECT_EQ(rig.state().cr2, kPage);
  // "The processor does not set" the bits of an access that faults (SDM vol. 3, 4.8)
  EXPECT_EQ(rig.entry(kPage), kPageFrame | rights.table);
  EXPECT_EQ(rig.directory_entry(kPage), table);
}

constexpr Rights kRights[] = {
    {"DirectoryMissingLoad", false, false, false, 0, kP, "14(0)"},
    {"DirectoryMissingStore", true, false, false, 0, kP, "14(2)"},
    {"TableMissingLoad", false, false, false, kP | kW | kU, 0, "14(0)"},
    {"TableMissingStoreLevel3", true, true, false, kP | kW | kU, 0, "14(6)"},
    {"SupervisorPageLevel3", false, true, false, kP | kW | kU, kP | kW, "14(5)"},
    {"SupervisorTableLevel3", false, true, false, kP | kW, kP | kW | kU, "14(5)"},
    {"UserPageLevel3", false, true, false, kP | kU, kP | kU, "none"},
    {"ReadOnlyPageLevel3", true, true, false, kP | kW | kU, kP | kU, "14(7)"},
    {"ReadOnlyTableLevel3", true, true, false, kP | kU, kP | kW | kU, "14(7)"},
    {"WritablePageLevel3", true, true, false, kP | kW | kU, kP | kW | kU, "none"},
    {"SupervisorWritesReadOnly", true, false, false, kP | kU, kP | kU, "none"},
    {"SupervisorWriteProtect", true, false, true, kP | kW | kU, kP | kU, "14(3)"},
    {"SupervisorWriteProtectTable", true, false, true, kP, kP | kW, "14(3)"},
    {"SupervisorWriteProtectLoad", false, false, true, kP, kP, "none"},
};

INSTANTIATE_TEST_SUITE_P(Table, CpuPagingRights, testing::ValuesIn(kRights),
                         [](const auto& rights) { return rights.param.name; });

TEST(CpuPaging, ReadModifyWriteFaultsAsAWrite) {
  PagedRig rig({0x01, 0x05, 0, 0, 0x40, 0, 0xF4});  // ADD [kPage], EAX
  rig.use_level_3();
  rig.map(kPage, kPageFrame | kP | kU);
  rig.run();
  EXPECT_EQ(rig.exception(), "14(7)");
}

TEST(CpuPaging, EntryIsWalkedAgainBeforeAFault) {
  // MOV EAX, [kPage]; MOV [entry], EBX; MOV [kPage], EAX: the table allows what the entry does not
  PagedRig rig({0xA1, 0, 0, 0x40, 0, 0x89, 0x1D, 0, 0x20, 0x01, 0, 0xA3, 0, 0, 0x40, 0, 0xF4});
  ASSERT_EQ(PagedRig::entry_at(kPage), 0x12000u);
  rig.initial().cr0 |= cr0::kWp;
  rig.map(kPage, kPageFrame | kP);
  rig.initial().gpr[kEbx] = kPageFrame | kP | kW;
  rig.run();
  EXPECT_EQ(rig.exception(), "none");
}

TEST(CpuPaging, FaultedInstructionCanBeRestarted) {
  // PUSH [kPage]; HLT. The handler: POP EAX (error code); MOV [entry], EBX; IRETD
  PagedRig rig({0xFF, 0x35, 0, 0, 0x40, 0, 0xF4});
  rig.put(PagedRig::kHandler, {0x58, 0x89, 0x1D, 0, 0x20, 0x01, 0, 0xCF});
  rig.initial().gpr[kEbx] = kPageFrame | kP;
  rig.set(kPageFrame, 0xFEEDFACE);
  rig.run();
  EXPECT_EQ(rig.exception(), "14(0)");
  EXPECT_EQ(rig.state().gpr[kEsp], PagedRig::kStackTop - 16);
  EXPECT_EQ(rig.get(PagedRig::kStackTop - 12), PagedRig::kCode);  // EIP under the error code
  rig.go_on();
  EXPECT_EQ(rig.exception(), "none");
  EXPECT_EQ(rig.get(PagedRig::kStackTop - 4), 0xFEEDFACEu);
  EXPECT_EQ(rig.state().gpr[kEsp], PagedRig::kStackTop - 4);
}

/// "A page fault while delivering a page fault is a double fault" (SDM vol. 3, table 6-5).
TEST(CpuPaging, FaultOnTheHandlersStackIsADoubleFault) {
  PagedRig rig(kLoad);
  rig.initial().gpr[kEsp] = kPage + 0x2000;
  rig.run();
  EXPECT_TRUE(rig.shutdown());  // the double fault has no stack either
}

// ---- 4 MiB pages

TEST(CpuPaging, LargePageHasItsBitsInTheDirectory) {
  PagedRig rig({0xA1, 0x10, 0x50, 0x40, 0, 0xA3, 0, 0, 0x40, 0, 0xF4});
  rig.initial().cr4 = cr4::kPse;
  rig.map_table(kPage, 0x400000 | kP | kW | kPs);
  rig.set(0x405010, 0xABCD);
  rig.run();
  EXPECT_EQ(rig.get(0x400000), 0xABCDu);
  EXPECT_EQ(rig.directory_entry(kPage), 0x400000u | kP | kW | kPs | kA | kD);
  EXPECT_EQ(rig.walks(), "rd wd rd wd ");
}

TEST(CpuPaging, ReservedBitsOfALargePageFault) {
  PagedRig rig(kLoad);
  rig.initial().cr4 = cr4::kPse;
  rig.map_table(kPage, 0x401000 | kP | kW | kPs);
  rig.run();
  EXPECT_EQ(rig.exception(), "14(9)");
}

TEST(CpuPaging, WithoutPseTheBitMeansNothing) {
  PagedRig rig(kLoad);
  rig.map_table(kPage, rig.directory_entry(kPage) | kPs);
  rig.map(kPage, kPageFrame | kP);
  rig.set(kPageFrame, 7);
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 7u);
}

// ---- 4.10: what invalidates entries

/// MOV EAX, [kPage]; MOV [entry], EBX; MOV CR3, ECX; MOV EAX, [kPage]; HLT
constexpr auto kReload = {
    std::uint8_t{0xA1}, std::uint8_t{0},    std::uint8_t{0},    std::uint8_t{0x40},
    std::uint8_t{0},    std::uint8_t{0x89}, std::uint8_t{0x1D}, std::uint8_t{0},
    std::uint8_t{0x20}, std::uint8_t{1},    std::uint8_t{0},    std::uint8_t{0x0F},
    std::uint8_t{0x22}, std::uint8_t{0xD9}, std::uint8_t{0xA1}, std::uint8_t{0},
    std::uint8_t{0},    std::uint8_t{0x40}, std::uint8_t{0},    std::uint8_t{0xF4}};

std::uint32_t value_after_reload(std::uint32_t bits, std::uint32_t cr4) {
  PagedRig rig(kReload);
  rig.map(kPage, kPageFrame | kP | bits);
  rig.set(kPageFrame, 1);
  rig.set(kPageFrame + 0x1000, 2);
  rig.initial().gpr[kEbx] = (kPageFrame + 0x1000) | kP | bits;
  rig.initial().gpr[kEcx] = rig.initial().cr3;
  rig.initial().cr4 = cr4;
  rig.run();
  return rig.state().gpr[kEax];
}

TEST(CpuPaging, MovToCr3FlushesAllButGlobalPages) {
  EXPECT_EQ(value_after_reload(0, cr4::kPge), 2u);
  EXPECT_EQ(value_after_reload(kG, 0), 2u);
  EXPECT_EQ(value_after_reload(kG, cr4::kPge), 1u);
}

/// MOV EAX, [kPage]; MOV [entry], EBX; INVLPG [kPage + 10]; MOV EAX, [kPage]; HLT
std::uint32_t value_after_invlpg(std::uint32_t bits) {
  PagedRig rig({0xA1, 0,    0,    0x40, 0,    0x89, 0x1D, 0, 0x20, 0x01, 0, 0x0F,
                0x01, 0x3D, 0x10, 0,    0x40, 0,    0xA1, 0, 0,    0x40, 0, 0xF4});
  rig.map(kPage, kPageFrame | kP | bits);
  rig.set(kPageFrame, 1);
  rig.set(kPageFrame + 0x1000, 2);
  rig.initial().gpr[kEbx] = (kPageFrame + 0x1000) | kP | bits;
  rig.initial().cr4 = cr4::kPge;
  rig.run();
  return rig.state().gpr[kEax];
}

TEST(CpuPaging, InvlpgFlushesItsPageGlobalOrNot) {
  EXPECT_EQ(value_after_invlpg(0), 2u);
  EXPECT_EQ(value_after_invlpg(kG), 2u);
}

TEST(CpuPaging, InvlpgFlushesAllOfALargePage) {
  // MOV EAX, [kPage]; MOV [directory entry], EBX; INVLPG [kPage + 123000]; MOV EAX, [kPage]; HLT
  PagedRig rig({0xA1, 0,    0, 0x40, 0,    0x89, 0x1D, 4, 0, 1,    0, 0x0F,
                0x01, 0x3D, 0, 0x30, 0x52, 0,    0xA1, 0, 0, 0x40, 0, 0xF4});
  ASSERT_EQ(PagedRig::directory_at(kPage), 0x10004u);
  rig.initial().cr4 = cr4::kPse;
  rig.map_table(kPage, 0 | kP | kPs);
  rig.set(0x400000, 2);
  rig.initial().gpr[kEbx] = 0x400000 | kP | kPs;
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 2u);
}

TEST(CpuPaging, AChangeOfPgeFlushesGlobalPagesToo) {
  // MOV EAX, [kPage]; MOV [entry], EBX; MOV CR4, ECX; MOV EAX, [kPage]; HLT
  PagedRig rig({0xA1, 0,    0,    0x40, 0,    0x89, 0x1D, 0,    0x20, 0x01,
                0,    0x0F, 0x22, 0xE1, 0xA1, 0,    0,    0x40, 0,    0xF4});
  rig.map(kPage, kPageFrame | kP | kG);
  rig.set(kPageFrame, 1);
  rig.set(kPageFrame + 0x1000, 2);
  rig.initial().gpr[kEbx] = (kPageFrame + 0x1000) | kP;
  rig.initial().cr4 = cr4::kPge;
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 2u);
  EXPECT_EQ(rig.state().cr4, 0u);
}

/// The instruction behind MOV CR0 is fetched through the page tables already (SDM vol. 3, 9.9.1).
TEST(CpuPaging, PagingBeginsBehindMovToCr0) {
  // MOV CR0, EAX; MOV ECX, [kPage]; HLT, in a page that is mapped to itself
  PagedRig rig({0x0F, 0x22, 0xC0, 0x8B, 0x0D, 0, 0, 0x40, 0, 0xF4});
  rig.initial().cr0 &= ~cr0::kPg;
  rig.initial().gpr[kEax] = rig.initial().cr0 | cr0::kPg;
  rig.map(kPage, kPageFrame | kP);
  rig.set(kPageFrame, 5);
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEcx], 5u);
}

struct BadControl {
  std::uint8_t modrm;
  std::uint32_t value;
};

/// "#GP(0) if an attempt is made to write invalid bit combinations" (SDM vol. 2, MOV control)
TEST(CpuPaging, InvalidBitsInControlRegistersFault) {
  for (const BadControl bad : {BadControl{0xC0, cr0::kPg}, BadControl{0xC0, cr0::kPe | cr0::kNw},
                               BadControl{0xE0, 1u << 0}, BadControl{0xE0, 1u << 31}}) {
    PagedRig rig({0x0F, 0x22, bad.modrm, 0xF4});
    rig.initial().gpr[kEax] = bad.value;
    rig.run();
    EXPECT_EQ(rig.exception(), "13(0)") << std::hex << bad.value;
  }
}

TEST(CpuPaging, LoadingAStateForgetsTheOldAddressSpace) {
  PagedRig rig(kLoad);
  rig.map(kPage, kPageFrame | kP | kG);
  rig.initial().cr4 = cr4::kPge;
  rig.set(kPageFrame, 1);
  rig.set(kPageFrame + 0x1000, 2);
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 1u);
  rig.map(kPage, (kPageFrame + 0x1000) | kP);
  rig.run();
  EXPECT_EQ(rig.state().gpr[kEax], 2u);
}

/// Nine pages of one TLB set: an entry is replaced, and found again by a walk.
TEST(CpuPaging, MorePagesThanTheTlbHasPlacesFor) {
  PagedRig rig({0x8B, 0x03, 0x81, 0xC3, 0, 0x80, 0, 0, 0xE2, 0xF6, 0xF4});  // L: MOV EAX, [EBX];
  // ADD EBX, 8000; LOOP L
  for (std::uint32_t n = 0; n < 9; ++n) {
    rig.map(kPage + n * 0x8000, (kPageFrame + n * 0x1000) | kP);
    rig.set(kPageFrame + n * 0x1000, 100 + n);
  }
  rig.initial().gpr[kEbx] = kPage;
  rig.initial().gpr[kEcx] = 9;
  rig.run();
  EXPECT_EQ(rig.exception(), "none");
  EXPECT_EQ(rig.state().gpr[kEax], 108u);
}

// ---- interrupts

/// Accessed bits are set by instructions that are executed: an interrupt that comes during the walk
/// waits for its instruction, one that comes earlier finds the bit clear.
TEST(CpuPaging, WalkedLoadIsNotInterrupted) {
  bool before = false;
  bool after = false;
  for (unsigned clocks = 0; clocks < 120; ++clocks) {
    // STI; NOP; MOV EBX, kPage; MOV EAX, [EBX]; NOP; CLI; HLT. The handler: MOV EBX, [entry]; HLT
    PagedRig rig({0xFB, 0x90, 0xBB, 0, 0, 0x40, 0, 0x8B, 0x03, 0x90, 0xFA, 0xF4});
    rig.put(PagedRig::kHandler, {0x8B, 0x1D, 0, 0x20, 0x01, 0, 0xF4});
    rig.map(kPage, kPageFrame | kP);
    rig.run_with_interrupt(clocks);
    const std::uint32_t esp = rig.state().gpr[kEsp];
    if (esp == PagedRig::kStackTop) continue;  // not taken
    const std::uint32_t at = rig.get(esp) - PagedRig::kCode;
    EXPECT_EQ((rig.state().gpr[kEbx] & kA) != 0, at > 7) << "interrupt after " << clocks;
    before |= at == 7;
    after |= at > 7;
  }
  EXPECT_TRUE(before);
  EXPECT_TRUE(after);
}

}  // namespace
}  // namespace strata::test
