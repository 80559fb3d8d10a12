// Shadow paging: what leaves the guest, counted by hand, and what the guest must not notice.
#include <gtest/gtest.h>

#include "tests/unit/monitor/paged_machine.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kOtherFrame = 0x9000;
constexpr std::uint32_t kWindow = 0x00404000;  // its entry is the table's fourth

class ShadowPagingTest : public testing::Test {
 protected:
  ShadowPagingTest()
      : m({.kind = PagingKind::kShadow,
           .tlb_entries = 0,
           .trap_cycles = 1000,
           .reference_cycles = 10}) {}

  /// Maps the guest's table at kWindow, as a guest does that changes it.
  void map_table() { m.put(kTable + 16, kTable | kAll); }

  PagedMachine m;
};

TEST_F(ShadowPagingTest, CountsByHand) {
  // The directory's shadow is empty: one reference. The monitor reads two entries and sets two
  // accessed bits, and the walk that starts again has two references.
  EXPECT_EQ(m.load().physical, kFrame | 0x123);
  EXPECT_EQ(m.count("traps.hidden_fault"), 1u);
  EXPECT_EQ(m.count("walks"), 2u);
  EXPECT_EQ(m.count("references"), 3u);
  EXPECT_EQ(m.count("monitor_references"), 2u);
  EXPECT_EQ(m.count("marks"), 2u);
  EXPECT_EQ(m.monitor->tables_held(), 3u) << "an empty directory, and two shadows";
  EXPECT_EQ(m.count("lines"), 3u);
  // A hit.
  m.load();
  EXPECT_EQ(m.mmu.tlb_counts().lookups, 2u);
  EXPECT_EQ(m.mmu.tlb_counts().misses, 1u);
  EXPECT_EQ(m.count("walks"), 2u);
  // The dirty bit is missing: the shadow forbids writing.
  m.store();
  EXPECT_EQ(m.count("traps.hidden_fault"), 2u);
  EXPECT_EQ(m.count("walks"), 4u);
  EXPECT_EQ(m.count("references"), 7u);
  EXPECT_EQ(m.count("marks"), 3u);
  // The shadows are kept over a load of CR3 and an INVLPG: a walk of two references each.
  m.mmu.set_cr3(kDirectory);
  m.load();
  m.mmu.flush_page(kLinear);
  m.load();
  EXPECT_EQ(m.count("traps.cr3"), 1u);
  EXPECT_EQ(m.count("traps.invlpg"), 1u);
  EXPECT_EQ(m.count("walks"), 6u);
  EXPECT_EQ(m.count("references"), 11u);
  EXPECT_EQ(m.count("traps.hidden_fault"), 2u);
  // Page not present: the guest gets the fault.
  EXPECT_FALSE(m.load(0x00405000).allowed);
  EXPECT_EQ(m.count("traps.guest_fault"), 1u);
  EXPECT_EQ(m.count("references"), 13u);
  EXPECT_EQ(m.count("monitor_references"), 6u);
  EXPECT_EQ(m.count("traps"), 5u);
  EXPECT_EQ(m.count("estimated_cycles"), 5u * 1000 + 19 * 10);
}

TEST_F(ShadowPagingTest, WriteIntoATableIsATrapAndIsSeen) {
  map_table();
  m.load();
  m.store_value(kWindow + 12, kOtherFrame | kAll);
  EXPECT_EQ(m.count("traps.table_write"), 1u);
  EXPECT_EQ(m.count("traps.hidden_fault"), 1u) << "the first one filled the entry of kLinear";
  m.mmu.flush_page(kLinear);
  EXPECT_EQ(m.load().physical, kOtherFrame | 0x123);
  EXPECT_EQ(m.get(kTableEntry), kOtherFrame | kAll | pte::kAccessed);
}

TEST_F(ShadowPagingTest, EachWriteIntoATableIsATrap) {
  map_table();
  for (unsigned n = 1; n <= 2; ++n) {
    m.load();
    m.store_value(kWindow + 12, (kOtherFrame + n * 0x1000) | kAll);
    EXPECT_EQ(m.count("traps.table_write"), n);
    m.mmu.flush_page(kLinear);
    EXPECT_EQ(m.load().physical, (kOtherFrame + n * 0x1000) | 0x123);
  }
}

/// A frame that was a table once must not cost a trap a write for ever.
TEST_F(ShadowPagingTest, TableWrittenOftenAndNotUsedIsMemoryAgain) {
  m.load();
  EXPECT_TRUE(m.memory.is_protected(kTable >> 12));
  for (unsigned n = 0; n < 3; ++n) {
    EXPECT_TRUE(m.memory.is_protected(kTable >> 12));
    m.put(kTable + 4 * n, 0);
  }
  EXPECT_FALSE(m.memory.is_protected(kTable >> 12));
  EXPECT_EQ(m.monitor->tables_held(), 2u);
  m.put(kTableEntry, kOtherFrame | kAll);
  m.mmu.flush_page(kLinear);
  EXPECT_EQ(m.load().physical, kOtherFrame | 0x123);
  EXPECT_TRUE(m.memory.is_protected(kTable >> 12));
}

/// The TLB holds a right to write that was given before the frame became a table.
TEST_F(ShadowPagingTest, FrameThatBecomesATableIsNotWrittenBehindTheMonitor) {
  constexpr std::uint32_t kLate = 0x5000;
  constexpr std::uint32_t kLateLinear = 0x00800000;
  m.put(kTable + 16, kLate | kAll);
  m.store_value(kWindow, kFrame | kAll);  // an entry of a table to come
  m.put(kDirectory + 8, kLate | kAll);
  EXPECT_EQ(m.load(kLateLinear).physical, kFrame);
  m.store_value(kWindow, kOtherFrame | kAll);
  EXPECT_EQ(m.count("traps.table_write"), 1u);
  m.mmu.flush_page(kLateLinear);
  EXPECT_EQ(m.load(kLateLinear).physical, kOtherFrame);
}

/// The same by a shadow entry that another directory's page has.
TEST_F(ShadowPagingTest, ShadowEntriesOfATableForbidWriting) {
  constexpr std::uint32_t kLate = 0x5000;
  m.put(kTable + 16, kLate | kAll);
  m.store(kWindow);
  m.put(kDirectory + 8, kLate | kAll);
  m.put(kLate, kFrame | kAll);
  m.load(0x00800000);
  m.mmu.set_cr3(kDirectory);
  m.store_value(kWindow, kOtherFrame | kAll);
  EXPECT_EQ(m.load(0x00800000).physical, kOtherFrame);
}

TEST_F(ShadowPagingTest, AccessedAndDirtyBitsComeBackAfterTheGuestClearedThem) {
  m.store();
  m.put(kTableEntry, kFrame | kAll);
  m.put(kDirectoryEntry, kTable | kAll);
  m.mmu.flush_page(kLinear);
  m.load();
  EXPECT_EQ(m.get(kTableEntry), kFrame | kAll | pte::kAccessed);
  EXPECT_EQ(m.get(kDirectoryEntry), kTable | kAll | pte::kAccessed);
  m.store();
  EXPECT_EQ(m.get(kTableEntry), kFrame | kAll | pte::kAccessed | pte::kDirty);
}

/// CR0.WP is clear for the guest, and never for the hardware (SDM vol. 3, 4.6).
TEST_F(ShadowPagingTest, SupervisorWritesReadOnlyPagesWithoutWp) {
  m.put(kTableEntry, kFrame | pte::kPresent | pte::kUser);
  const auto user = [this](Access access) { return m.access(kLinear, Privilege::kUser, access); };
  EXPECT_TRUE(m.store().allowed);
  EXPECT_TRUE(user(Access::kRead).allowed);
  EXPECT_EQ(user(Access::kWrite).error,
            page_fault::kPresent | page_fault::kWrite | page_fault::kUser);
  EXPECT_TRUE(m.store().allowed);
  EXPECT_EQ(m.count("traps.hidden_fault"), 3u) << "the page is the supervisor's or the user's";
  m.mmu.set_cr0(cr0::kPe | cr0::kPg | cr0::kWp);
  EXPECT_EQ(m.count("traps.control"), 1u);
  EXPECT_EQ(m.store().error, page_fault::kPresent | page_fault::kWrite);
}

TEST_F(ShadowPagingTest, DirectoryThatMapsItself) {
  m.put(kDirectory + 0xFFC, kDirectory | kAll);
  m.load();
  m.store_value(0xFFC00000 + 4 * 0x403, kOtherFrame | kAll);
  EXPECT_EQ(m.count("traps.table_write"), 1u);
  m.mmu.flush_page(kLinear);
  EXPECT_EQ(m.load().physical, kOtherFrame | 0x123);
  m.store_value(0xFFFFF004, 0);  // the directory's entry
  m.mmu.set_cr3(kDirectory);
  EXPECT_FALSE(m.load().allowed);
}

TEST_F(ShadowPagingTest, WritesOfADeviceAreSeen) {
  m.load();
  const std::uint32_t entry = kOtherFrame | kAll;
  std::memcpy(&m.ram[kTableEntry], &entry, sizeof(entry));
  m.monitor->on_foreign_write(kTable, 512);
  m.mmu.flush_page(kLinear);
  EXPECT_EQ(m.load().physical, kOtherFrame | 0x123);
}

/// Their changes cannot be seen, so each miss is a fault.
TEST_F(ShadowPagingTest, NothingIsKeptOfTablesThatAreNoMemory) {
  m.mmu.set_cr3(kMemoryBytes);
  EXPECT_FALSE(m.load().allowed) << "it reads as zero";
  const std::vector<std::uint8_t> rom(m.ram.begin(), m.ram.begin() + 0x4000);
  m.memory.map(0x100000, 0x4000, m.ram.data(), false);
  m.mmu.set_cr3(0x100000 + kDirectory);
  for (unsigned n = 1; n <= 2; ++n) {
    m.mmu.flush_page(kLinear);
    EXPECT_EQ(m.load().physical, kFrame | 0x123);
    EXPECT_EQ(m.count("traps.hidden_fault"), n);
  }
  EXPECT_EQ(m.monitor->tables_held(), 1u);
}

TEST(ShadowPagingLargePages, PiecesAreForgottenTogether) {
  PagedMachine m({.kind = PagingKind::kShadow, .tlb_entries = 0}, cr4::kPse);
  m.put(kDirectoryEntry, kAll | pte::kLarge);
  EXPECT_EQ(m.load().physical, 0x3123u);
  EXPECT_EQ(m.store(kLinear + 0x1000).physical, 0x4123u);
  EXPECT_EQ(m.get(kDirectoryEntry), kAll | pte::kLarge | pte::kAccessed | pte::kDirty);
  m.put(kDirectoryEntry, 0x00400000 | kAll | pte::kLarge);
  m.mmu.flush_page(0x007FF000);
  EXPECT_EQ(m.load().physical, 0x00403123u);
  EXPECT_EQ(m.load(kLinear + 0x1000).physical, 0x00404123u);
  EXPECT_EQ(m.count("traps.hidden_fault"), 4u);
}

/// Tables of many address spaces are dropped before they fill the host.
TEST(ShadowPagingLimits, TablesHeldHaveALimit) {
  PagedMachine m({.kind = PagingKind::kShadow, .tlb_entries = 0}, cr4::kPse);
  for (std::uint32_t n = 1; n < 1024; ++n) m.put(kDirectory + 4 * n, kAll | pte::kLarge);
  for (std::uint32_t directory : {kDirectory, 0x3000u}) {
    std::copy_n(&m.ram[kDirectory], 0x1000, &m.ram[directory]);
    m.mmu.set_cr3(directory);
    for (std::uint32_t n = 1; n < 1024; ++n) EXPECT_TRUE(m.load(n << 22).allowed);
  }
  EXPECT_LE(m.count("most_tables"), 1025u);
}

}  // namespace
}  // namespace strata::test
