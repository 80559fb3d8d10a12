// Nested paging: references of a walk by the levels of the host's table, counted by hand.
#include <gtest/gtest.h>

#include "models/engine/monitor/host_table.h"
#include "tests/unit/monitor/paged_machine.h"

namespace strata::test {
namespace {

class NestedPagingTest : public testing::TestWithParam<unsigned> {
 protected:
  NestedPagingTest()
      : levels(GetParam()),
        m({.kind = PagingKind::kNested,
           .host_levels = GetParam(),
           .tlb_entries = 0,
           .trap_cycles = 1000,
           .reference_cycles = 10},
          cr4::kPse) {}

  std::uint64_t levels;
  PagedMachine m;
};

TEST_P(NestedPagingTest, CountsByHand) {
  EXPECT_EQ(m.load().physical, kFrame | 0x123);
  // The frames of directory, table and page are touched first: the walk ends three times, at the
  // root, at the table's frame, at the page's, and starts again.
  const std::uint64_t whole = 3 * levels + 2;
  EXPECT_EQ(m.count("traps.host_fault"), 3u);
  EXPECT_EQ(m.count("walks"), 4u);
  EXPECT_EQ(m.count("references"), 1 + (2 * levels + 1) + whole + whole);
  EXPECT_EQ(m.count("marks"), 2u);
  EXPECT_EQ(m.monitor->tables_held(), levels);
  EXPECT_EQ(m.count("monitor_references"), 0u);
  // 8 references with an i386's two levels, 14 with four.
  const std::uint64_t before = m.count("references");
  m.mmu.flush_page(kLinear);
  m.load();
  EXPECT_EQ(m.count("references"), before + whole);
  m.mmu.set_cr3(kDirectory);
  m.store();
  EXPECT_EQ(m.count("references"), before + 2 * whole);
  EXPECT_EQ(m.count("marks"), 3u);
  EXPECT_EQ(m.count("traps"), 3u) << "neither CR3 nor INVLPG leaves the guest";
  EXPECT_EQ(m.count("estimated_cycles"), 3 * 1000 + 10 * m.count("references"));
}

TEST_P(NestedPagingTest, LargePagesHaveOneGuestLevel) {
  m.put(kDirectoryEntry, kAll | pte::kLarge);
  EXPECT_EQ(m.load().physical, 0x3123u);
  const std::uint64_t before = m.count("references");
  m.mmu.flush_page(kLinear);
  m.load();
  EXPECT_EQ(m.count("references"), before + 2 * levels + 1);
}

TEST_P(NestedPagingTest, TheGuestsFaultIsTheGuests) {
  EXPECT_EQ(m.access(0x00405000, Privilege::kUser, Access::kWrite).error,
            page_fault::kUser | page_fault::kWrite);
  EXPECT_EQ(m.count("traps.guest_fault"), 0u);
}

TEST_P(NestedPagingTest, WritesIntoTablesAreSeenWithoutATrap) {
  m.load();
  const std::uint64_t traps = m.count("traps");
  m.put(kTableEntry, 0x9000 | kAll);
  EXPECT_EQ(m.count("traps"), traps);
  m.mmu.flush_page(kLinear);
  EXPECT_EQ(m.load().physical, 0x9123u);
}

INSTANTIATE_TEST_SUITE_P(Levels, NestedPagingTest,
                         testing::Range(PagingChoice::kLeastLevels, PagingChoice::kMostLevels + 1));

/// The host's table leads to frames of the machine's in the order they were touched.
TEST(HostTable, LeadsWhereItWasMade) {
  for (unsigned levels = 2; levels <= 4; ++levels) {
    MachineFrames frames;
    HostTable table(levels, frames);
    unsigned read = 0;
    const auto find = [&](std::uint32_t frame) {
      read = 0;
      return table.find(frame, [&](std::uint32_t, std::uint32_t) { ++read; });
    };
    for (const std::uint32_t frame : {0u, 1u, 0x3FFu, 0x400u, 0x80000u, 0xFFFFFu}) {
      EXPECT_EQ(find(frame), 0u);
      table.map(frame, 1000 + frame);
      EXPECT_EQ(find(frame), 1000 + frame);
      EXPECT_EQ(read, levels);
    }
    EXPECT_EQ(find(1), 1001u) << "others are left alone";
  }
}

}  // namespace
}  // namespace strata::test
