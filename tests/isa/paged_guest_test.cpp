// Instructions on a paged machine: restart after #PF, accesses and code over a page's end, devices
// behind paging, control registers (SDM vol. 3, 2.5, 4.7 and 6.15).
#include "tests/isa/paged_guest.h"

#include <gtest/gtest.h>

namespace strata::test {
namespace {

constexpr std::uint32_t kPage = 0x30000;
constexpr std::uint32_t kNext = kPage + 0x1000;

/// Takes a step that must end in #PF.
void expect_page_fault(PagedGuest& guest, std::uint32_t error, std::uint32_t address) {
  const std::uint32_t eip = guest.state.eip;
  const RetireRecord record = guest.step();
  EXPECT_EQ(record.kind, RetireKind::kException);
  EXPECT_EQ(record.vector, vector::kPageFault);
  EXPECT_EQ(record.error_code, error);
  EXPECT_EQ(guest.state.cr2, address);
  EXPECT_EQ(guest.state.eip, GuestCpu::handler_of(vector::kPageFault));
  EXPECT_EQ(guest.memory<std::uint32_t>(guest.state.gpr[kEsp]), error);
  EXPECT_EQ(guest.memory<std::uint32_t>(guest.state.gpr[kEsp] + 4), eip);
}

TEST(PagedGuest, LoadGoesThroughTheTables) {
  PagedGuest guest;
  guest.set_entry(kPage, 0x50000 | PagedGuest::kAll);
  guest.set_memory<std::uint32_t>(0x50010, 0x12345678);
  guest.code({0xA1, 0x10, 0x00, 0x03, 0x00});  // mov eax, [30010]
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.state.gpr[kEax], 0x12345678u);
}

TEST(PagedGuest, PageFaultLeavesTheInstructionToBeRestarted) {  // 6.15, interrupt 14
  PagedGuest guest;
  guest.set_entry(kPage, 0);
  guest.code({0x01, 0x05, 0x10, 0x00, 0x03, 0x00});  // add [30010], eax
  guest.state.gpr[kEax] = 5;
  const CpuState before = guest.state;
  expect_page_fault(guest, page_fault::kWrite, kPage + 0x10);
  guest.set_entry(kPage, kPage | PagedGuest::kAll);
  guest.set_memory<std::uint32_t>(kPage + 0x10, 7);
  guest.state = before;
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.memory<std::uint32_t>(kPage + 0x10), 12u);
}

TEST(PagedGuest, AccessOverAPagesEndUsesBothFrames) {
  PagedGuest guest;
  guest.set_entry(kPage, 0x50000 | PagedGuest::kAll);
  guest.set_entry(kNext, 0x40000 | PagedGuest::kAll);
  guest.state.gpr[kEax] = 0x44332211;
  guest.code({0xA3, 0xFE, 0x0F, 0x03, 0x00, 0x03, 0x05, 0xFE, 0x0F, 0x03, 0x00});
  guest.step();  // mov [30ffe], eax
  EXPECT_EQ(guest.memory<std::uint16_t>(0x50FFE), 0x2211);
  EXPECT_EQ(guest.memory<std::uint16_t>(0x40000), 0x4433);
  guest.step();  // add eax, [30ffe]
  EXPECT_EQ(guest.state.gpr[kEax], 0x88664422u);
}

TEST(PagedGuest, NothingIsWrittenWhenTheSecondPageFaults) {
  PagedGuest guest;
  guest.set_entry(kNext, 0);
  guest.set_memory<std::uint16_t>(kPage + 0xFFE, 0x5555);
  guest.code({0xA3, 0xFE, 0x0F, 0x03, 0x00});  // mov [30ffe], eax
  expect_page_fault(guest, page_fault::kWrite, kNext);
  EXPECT_EQ(guest.memory<std::uint16_t>(kPage + 0xFFE), 0x5555);
}

TEST(PagedGuest, ModifyOverAPagesEndChecksBothPagesFirst) {
  PagedGuest guest;
  guest.state.cr0 |= cr0::kWp;
  guest.set_entry(kNext, kNext | pte::kPresent);
  guest.set_memory<std::uint16_t>(kPage + 0xFFE, 0x5555);
  guest.code({0xFF, 0x05, 0xFE, 0x0F, 0x03, 0x00});  // inc dword [30ffe]
  expect_page_fault(guest, page_fault::kPresent | page_fault::kWrite, kNext);
  EXPECT_EQ(guest.memory<std::uint16_t>(kPage + 0xFFE), 0x5555);
}

TEST(PagedGuest, FirstOfTwoMissingPagesIsReported) {
  PagedGuest guest;
  guest.set_entry(kPage, 0);
  guest.set_entry(kNext, 0);
  guest.code({0xA1, 0xFE, 0x0F, 0x03, 0x00});  // mov eax, [30ffe]
  expect_page_fault(guest, 0, kPage + 0xFFE);
}

TEST(PagedGuest, PushaWritesNothingWhenItsLastPushFaults) {
  PagedGuest guest;
  guest.state.gpr[kEsp] = kNext + 8;  // two pushes fit above the missing page
  guest.state.gpr[kEax] = 0x11111111;
  guest.set_entry(kPage, 0);
  guest.code({0x60});
  guest.cpu.load_state(guest.state);
  guest.cpu.step();
  EXPECT_TRUE(guest.cpu.shutdown()) << "no handler can push either";
  EXPECT_EQ(guest.memory<std::uint32_t>(kNext + 4), 0u);
  EXPECT_EQ(guest.memory<std::uint32_t>(kNext), 0u);
}

TEST(PagedGuest, RepStopsAtTheIterationThatFaults) {  // SDM vol. 2, REP
  PagedGuest guest;
  guest.set_entry(kNext, 0);
  guest.state.gpr[kEcx] = 10;
  guest.state.gpr[kEdi] = kPage + 0xFF8;
  guest.state.gpr[kEax] = 0x99999999;
  guest.code({0xF3, 0xAB});  // rep stosd
  EXPECT_TRUE(guest.step().partial);
  EXPECT_TRUE(guest.step().partial);
  expect_page_fault(guest, page_fault::kWrite, kNext);
  EXPECT_EQ(guest.state.gpr[kEcx], 8u);
  EXPECT_EQ(guest.state.gpr[kEdi], kNext);
}

TEST(PagedGuest, DeviceIsReachedByItsPhysicalAddress) {
  PagedGuest guest;
  guest.set_entry(kPage, 0xB8000 | PagedGuest::kAll);
  guest.set_entry(kNext, 0xBA000 | PagedGuest::kAll);
  guest.state.gpr[kEax] = 0x44332211;
  guest.code({0xA3, 0xFD, 0x0F, 0x03, 0x00});  // mov [30ffd], eax
  guest.step();
  // Three bytes of a doubleword are one access (bus_piece in models/base/engine_bus.h).
  EXPECT_EQ(guest.bus.log, (std::vector<std::string>{"write b8ffd/3=332211", "write ba000/1=44"}));
}

TEST(PagedGuest, DescriptorTablesAreReadAsSupervisor) {  // 4.6
  PagedGuest guest;
  guest.set_entry(GuestCpu::kGdt, GuestCpu::kGdt | pte::kPresent | pte::kWritable);
  for (SegmentState& segment : guest.state.seg) {
    segment.attributes |= 3u << attr::kDplShift;
  }
  guest.set_descriptor(0x18, 0, 0xFFFF, 0xF3);
  guest.state.gpr[kEax] = 0x1B;
  guest.code({0x8E, 0xD8});  // mov ds, ax
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.state.seg[kDs].limit, 0xFFFFu);
}

// ---- fetching ----

TEST(PagedFetch, MissingCodePageFaultsAtItsFirstByte) {
  PagedGuest guest;
  guest.state.eip = kPage + 0x123;
  guest.set_entry(kPage, 0);
  expect_page_fault(guest, 0, kPage + 0x123);
}

TEST(PagedFetch, SecondPageIsNeededOnlyByInstructionsThatReachIt) {
  PagedGuest guest;
  guest.set_entry(kNext, 0);
  guest.state.eip = kPage + 0xFFD;
  guest.code({0x40, 0xB0, 0x7F}, kPage + 0xFFD);  // inc eax; mov al, 7f
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.step().kind, RetireKind::kInstruction);
  EXPECT_EQ(guest.state.gpr[kEax], 0x7Fu);
  expect_page_fault(guest, 0, kNext);
}

TEST(PagedFetch, InstructionOverAPagesEndComesFromBothFrames) {
  PagedGuest guest;
  guest.set_entry(kNext, 0x50000 | PagedGuest::kAll);
  guest.code({0xB8, 0x11, 0x22}, kPage + 0xFFD);
  guest.code({0x33, 0x44, 0x40}, 0x50000);  // mov eax, 44332211; inc eax
  guest.state.eip = kPage + 0xFFD;
  guest.cpu.load_state(guest.state);
  guest.cpu.run(2);
  EXPECT_EQ(guest.cpu.state().gpr[kEax], 0x44332212u);
}

TEST(PagedFetch, InstructionOverAMissingPagesStartFaultsThere) {
  PagedGuest guest;
  guest.set_entry(kNext, 0);
  guest.code({0xB8, 0x11, 0x22}, kPage + 0xFFD);
  guest.state.eip = kPage + 0xFFD;
  expect_page_fault(guest, 0, kNext);
}

TEST(PagedFetch, CodeSegmentLimitIsCheckedByteByByteBeforeThePage) {
  PagedGuest guest;
  guest.set_entry(kNext, 0);
  guest.code({0xB8, 0x11, 0x22}, kPage + 0xFFD);
  guest.state.eip = kPage + 0xFFD;
  guest.state.seg[kCs].limit = kPage + 0xFFF;
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

TEST(PagedFetch, FifteenPrefixesNeverNeedTheNextPage) {  // SDM vol. 2, 2.3.11
  PagedGuest guest;
  guest.set_entry(kNext, 0);
  for (std::uint32_t n = 1; n <= 15; ++n) {
    guest.set_memory<std::uint8_t>(kNext - n, 0x3E);
  }
  guest.state.eip = kNext - 15;
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

TEST(PagedFetch, UserCannotRunSupervisorPages) {
  PagedGuest guest;
  guest.set_entry(GuestCpu::kCode, GuestCpu::kCode | pte::kPresent);
  for (SegmentState& segment : guest.state.seg) {
    segment.attributes |= 3u << attr::kDplShift;
  }
  guest.code({0x40});
  EXPECT_EQ(guest.step().kind, RetireKind::kException);
  EXPECT_EQ(guest.state.cr2, GuestCpu::kCode);
}

TEST(PagedFetch, InvlpgChangesWhereCodeComesFrom) {
  PagedGuest guest;
  // At 1000: map this page to 50000, INVLPG; what follows is fetched there.
  guest.code({0xC7, 0x05, 0x04, 0x10, 0x02, 0x00, 0x07, 0x00, 0x05, 0x00,  // mov [21004], 50007
              0x0F, 0x01, 0x3D, 0x00, 0x10, 0x00, 0x00,                    // invlpg [1000]
              0xB0, 0x01});                                                // mov al, 1
  guest.code({0xB0, 0x02}, 0x50011);                                       // mov al, 2
  guest.cpu.load_state(guest.state);
  guest.cpu.run(3);
  EXPECT_EQ(guest.cpu.state().gpr[kEax] & 0xFF, 2u);
}

// ---- control registers (SDM vol. 2, MOV to control registers) ----

TEST(ControlRegisters, PagingWithoutProtectionIsRefused) {
  GuestCpu guest;
  guest.state.gpr[kEax] = cr0::kPg;
  guest.code({0x0F, 0x22, 0xC0});  // mov cr0, eax
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
  EXPECT_EQ(guest.state.cr0 & cr0::kPg, 0u);
}

TEST(ControlRegisters, SettingPgTurnsPagingOnAtTheNextInstruction) {
  PagedGuest guest;
  guest.state.cr0 &= ~cr0::kPg;
  guest.set_entry(kPage, 0x50000 | PagedGuest::kAll);
  guest.set_memory<std::uint8_t>(0x50000, 0x77);
  guest.state.gpr[kEax] = cr0::kPg | cr0::kPe;
  guest.code({0x0F, 0x22, 0xC0, 0xA0, 0x00, 0x00, 0x03, 0x00});  // mov cr0, eax; mov al, [30000]
  guest.cpu.load_state(guest.state);
  guest.cpu.run(2);
  EXPECT_EQ(guest.cpu.state().cr0, cr0::kPg | cr0::kPe | cr0::kEt);
  EXPECT_EQ(guest.cpu.state().gpr[kEax] & 0xFF, 0x77u);
}

TEST(ControlRegisters, NotWriteThroughNeedsCacheDisable) {  // SDM vol. 3, table 11-5
  GuestCpu guest;
  guest.state.gpr[kEax] = cr0::kNw;
  guest.code({0x0F, 0x22, 0xC0});
  EXPECT_EQ(guest.step().vector, vector::kGeneralProtection);
}

TEST(ControlRegisters, AllBitsOfCr0ThatExistAreKept) {
  PagedGuest guest;
  guest.state.gpr[kEax] = 0xFFFFFFFF;
  guest.code({0x0F, 0x22, 0xC0});
  guest.step();
  EXPECT_EQ(guest.state.cr0, 0xE005003Fu);
}

TEST(ControlRegisters, Cr4RefusesReservedBits) {
  for (unsigned bit = 0; bit < 32; ++bit) {
    GuestCpu guest;
    guest.state.gpr[kEax] = 1u << bit;
    guest.code({0x0F, 0x22, 0xE0});  // mov cr4, eax
    const bool allowed = bit == 2 || bit == 3 || bit == 4 || bit == 7;
    EXPECT_EQ(guest.step().kind == RetireKind::kInstruction, allowed) << bit;
    EXPECT_EQ(guest.state.cr4, allowed ? 1u << bit : 0);
  }
}

TEST(ControlRegisters, NumbersThatDoNotExistAreUndefined) {
  for (const unsigned number : {1u, 5u, 6u, 7u}) {
    GuestCpu guest;
    guest.code({0x0F, 0x22, static_cast<std::uint8_t>(0xC0 | number << 3)});
    EXPECT_EQ(guest.step().vector, vector::kInvalidOpcode);
  }
}

TEST(ControlRegisters, OnlyLevelZeroMayUseThem) {
  for (const std::uint8_t opcode : {std::uint8_t{0x20}, std::uint8_t{0x22}}) {
    PagedGuest guest;
    guest.state.seg[kSs].attributes |= 3u << attr::kDplShift;
    guest.state.seg[kCs].attributes |= 3u << attr::kDplShift;
    guest.code({0x0F, opcode, 0xD8});  // cr3
    EXPECT_EQ(guest.step().kind, RetireKind::kException);
    EXPECT_EQ(guest.state.cr3, PagedGuest::kDirectory);
  }
}

}  // namespace
}  // namespace strata::test
