#include "platform/explain/exit_table.h"

#include <gtest/gtest.h>

#include "models/pv/pv_page.h"
#include "platform/explain/explain.h"

namespace strata {
namespace {

const ReadExitInstruction kNoCode = [](std::uint32_t) { return ExitInstruction{}; };

ExitRecord access(ExitKind kind, bool write, std::uint32_t place, std::uint64_t bytes,
                  std::uint32_t value = 0) {
  return {.kind = kind,
          .write = write,
          .place = place,
          .value = value,
          .address = 0x100,
          .accesses = 1,
          .bytes = bytes,
          .left = 0,
          .back = 2};
}

ExitRecord port(bool write, std::uint32_t place, std::uint64_t bytes, std::uint32_t value = 0) {
  return access(ExitKind::kPort, write, place, bytes, value);
}

ExitRecord call(std::uint32_t number, ExitTime time) {
  ExitRecord exit = access(ExitKind::kCall, true, number, 4);
  exit.back = time;
  return exit;
}

class ExitTableTest : public ::testing::Test {
 protected:
  void tell(const ExitRecord& exit, int times = 1) {
    for (int i = 0; i < times; ++i) table.on_exit(exit, kNoCode);
  }

  void write_sector() {
    tell(port(true, 0x1F2, 1));
    tell(port(true, 0x1F7, 1, 0x30));
    tell(port(true, 0x1F0, 2), 256);
    tell(port(false, 0x1F7, 1));
  }

  ExitTable table;
};

TEST_F(ExitTableTest, ARowIsAnInstructionAtAPortOrPage) {
  tell(port(true, 0xE9, 1), 3);
  tell(port(false, 0xE9, 1));
  tell(access(ExitKind::kMemory, true, 0xB8000, 2));
  tell(access(ExitKind::kMemory, true, 0xB8FFE, 2));
  tell(access(ExitKind::kMemory, true, 0xB9000, 2));
  ExitRecord elsewhere = port(true, 0xE9, 1);
  elsewhere.address = 0x200;
  tell(elsewhere);
  ASSERT_EQ(table.rows().size(), 5u);
  const auto& row = table.rows().at({ExitKind::kPort, true, 0xE9, 0x100, ""});
  EXPECT_EQ(row.counts.exits, 3u);
  EXPECT_EQ(row.counts.bytes, 3u);
  EXPECT_EQ(row.counts.time, 6);
  EXPECT_EQ(table.rows().at({ExitKind::kMemory, true, 0xB8000, 0x100, ""}).counts.exits, 2u);
}

TEST_F(ExitTableTest, LookingForTheDriveIsNoWorkOnSectors) {
  tell(port(true, 0x1F6, 1));
  tell(port(false, 0x3F6, 1), 100);
  tell(port(true, 0x3F6, 1, 4));
  tell(port(false, 0x3F6, 1), 100);
  tell(port(false, 0x1F2, 1));
  tell(port(true, 0x1F7, 1, 0xEC));
  tell(port(false, 0x1F0, 2), 256);
  EXPECT_EQ(table.work().disk_sectors, 0u);
  EXPECT_EQ(table.work().disk.exits, 0u);
  write_sector();
  write_sector();
  EXPECT_EQ(table.work().disk_sectors, 2u);
  EXPECT_EQ(table.work().disk.exits, 2u * 259);
}

TEST_F(ExitTableTest, ALineIsACall) {
  for (const char letter : std::string("ab\nc\n")) {
    tell(port(true, 0xE9, 1, static_cast<std::uint8_t>(letter)));
  }
  tell(port(true, 0xE9, 1, 'x'), 300);
  EXPECT_EQ(table.work().console_lines, 4u) << "two lines, and 256 bytes at most";
  EXPECT_EQ(table.work().console.exits, 305u);
}

TEST_F(ExitTableTest, PricesAreTheGuestsOwnCallsOrMeasuredOnes) {
  write_sector();
  tell(port(true, 0xE9, 1, '\n'));
  EXPECT_TRUE(wants_call_costs(table));
  const CallCosts measured{{STRATA_PV_CALL_DISK_WRITE, {10, 1000}},
                           {STRATA_PV_CALL_TEXT, {10, 10}}};
  Explanation explanation = explain(table, {}, CpuFamily::k586, false, measured);
  ASSERT_EQ(explanation.works.size(), 2u);
  EXPECT_EQ(explanation.unit, "cycles");
  EXPECT_EQ(explanation.works[0].unit, "disk sector");
  EXPECT_EQ(explanation.works[0].time, 2u * 259);
  EXPECT_FALSE(explanation.works[0].own);
  EXPECT_DOUBLE_EQ(explanation.works[0].saved(), 518 - 100);
  EXPECT_DOUBLE_EQ(explanation.works[1].saved(), 2 - 1);
  tell(call(STRATA_PV_CALL_DISK_WRITE, 30));
  explanation = explain(table, {}, CpuFamily::k586, false, measured);
  EXPECT_TRUE(explanation.works[0].own);
  EXPECT_DOUBLE_EQ(explanation.works[0].saved(), 518 - 30);
  EXPECT_EQ(call_costs(explanation).at(STRATA_PV_CALL_DISK_WRITE).time, 30u);
}

TEST_F(ExitTableTest, OnHostTimeEachExitHasTheShortestWayInAndOut) {
  table.on_guest(0, 500);
  tell(port(true, 0x80, 1));
  table.on_guest(600, 700);
  tell(port(true, 0x80, 1));
  table.on_guest(700, 710);
  tell({.kind = ExitKind::kHost, .reason = "signal", .address = 0x100});
  EXPECT_EQ(table.transition(), 100) << "a signal may come at once";
  const Explanation explanation = explain(table, {}, CpuFamily::k586, true, {});
  EXPECT_EQ(explanation.unit, "ns");
  EXPECT_EQ(explanation.transition, 100u);
  ASSERT_EQ(explanation.exits.size(), 2u);
  EXPECT_EQ(explanation.exits[0].kind, "port");
  EXPECT_EQ(explanation.exits[0].time, 2u * 2 + 2 * 100);
}

TEST_F(ExitTableTest, ExplanationsComeBackFromJson) {
  write_sector();
  tell(call(STRATA_PV_CALL_DISK_WRITE, 30));
  const Explanation before = explain(table, {}, CpuFamily::k586, false, {});
  const Explanation after = read_explanation(to_json_value(before));
  EXPECT_EQ(to_json_value(after), to_json_value(before));
  EXPECT_EQ(to_text(after, 30), to_text(before, 30));
}

}  // namespace
}  // namespace strata
