// Figures of a run: JSON, the comparison's table, numbers as text.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "platform/stats/comparison.h"
#include "platform/stats/number_text.h"
#include "platform/stats/run_report.h"
#include "platform/stats/state_text.h"

namespace strata {
namespace {

RunReport report(const std::string& engine, std::uint64_t instructions, double seconds) {
  RunReport report;
  report.engine = engine;
  report.guest = "primes.elf";
  report.outcome = "exited";
  report.cycles = 3'000'000;
  if (instructions != 0) report.instructions = instructions;
  report.seconds = seconds;
  report.clock_hz = 25'000'000;
  report.host = "a CPU";
  report.exits = {{"port", 7}};
  report.counters = {{"disk.flushes", 1}};
  report.screen_hash = "abc";
  return report;
}

bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

TEST(RunReport, JsonHasEveryPromisedField) {
  const auto json = nlohmann::json::parse(to_json(report("interp", 1'500'000, 0.5)));
  EXPECT_EQ(json.at("engine"), "interp");
  EXPECT_EQ(json.at("guest"), "primes.elf");
  EXPECT_EQ(json.at("status"), 0);
  EXPECT_EQ(json.at("cycles"), 3'000'000);
  EXPECT_EQ(json.at("instructions"), 1'500'000);
  EXPECT_DOUBLE_EQ(json.at("cpi"), 2.0);
  EXPECT_DOUBLE_EQ(json.at("seconds"), 0.5);
  EXPECT_DOUBLE_EQ(json.at("cycles_per_second"), 6e6);
  EXPECT_DOUBLE_EQ(json.at("mips"), 3.0);
  EXPECT_DOUBLE_EQ(json.at("clock_mhz"), 25.0);
  EXPECT_EQ(json.at("exits").at("port"), 7);
  EXPECT_EQ(json.at("outcome"), "exited");
  EXPECT_EQ(json.at("counters").at("disk.flushes"), 1);
}

TEST(RunReport, UnknownFiguresAreNull) {
  const auto json = nlohmann::json::parse(to_json(report("kvm", 0, 0.5)));
  EXPECT_TRUE(json.at("instructions").is_null());
  EXPECT_TRUE(json.at("cpi").is_null());
  EXPECT_TRUE(json.at("mips").is_null());
}

TEST(RunReport, ReadsBackWhatItWrote) {
  for (const RunReport& original : {report("rtl", 5, 0.25), report("kvm", 0, 1)}) {
    const auto read = parse_run_report(to_json(original));
    ASSERT_TRUE(read.ok()) << read.error();
    EXPECT_EQ(to_json(read.value()), to_json(original));
  }
}

TEST(RunReport, SurvivesFileNamesThatAreNotUtf8) {
  RunReport odd = report("rtl", 5, 0.25);
  odd.guest = "\xFF\xFE.elf";
  EXPECT_TRUE(parse_run_report(to_json(odd)).ok());
}

TEST(RunReport, RefusesOtherText) {
  EXPECT_FALSE(parse_run_report("").ok());
  EXPECT_FALSE(parse_run_report("{\"engine\": \"rtl\"}").ok());
}

TEST(RunReport, ScreenHashSeesEveryCellAndTheCursor) {
  TextScreen screen;
  const std::string empty = hash_screen(screen);
  EXPECT_EQ(empty.size(), 16u);
  screen.at(24, 79).attribute = 1;
  const std::string attribute = hash_screen(screen);
  screen.at(24, 79) = {};
  screen.cursor.visible = true;
  EXPECT_NE(attribute, empty);
  EXPECT_NE(hash_screen(screen), empty);
  screen.cursor.visible = false;
  EXPECT_EQ(hash_screen(screen), empty);
}

TEST(Comparison, TableNamesFiguresVerdictsAndSkippedEngines) {
  Comparison comparison;
  comparison.runs = {report("rtl", 1'000'000, 4), report("interp", 1'000'000, 0.5)};
  comparison.has_disk = true;
  comparison.skipped = {{"kvm", "no /dev/kvm"}};
  comparison.note = "slow host";
  const std::string table = to_table(comparison);
  for (const char* part : {"rtl", "interp", "3,000,000", "1,000,000", "3.00", "8.0x", "1.0x",
                           "exits: port", "final screen: identical", "disk image: identical",
                           "skipped kvm: no /dev/kvm", "note: slow host"}) {
    EXPECT_TRUE(contains(table, part)) << part << " is missing in\n" << table;
  }
}

TEST(Comparison, JsonListsRunsAndVerdict) {
  Comparison comparison;
  comparison.runs = {report("rtl", 1'000'000, 4), report("interp", 1'000'000, 0.5)};
  auto json = nlohmann::json::parse(to_json(comparison));
  ASSERT_EQ(json.at("runs").size(), 2u);
  EXPECT_DOUBLE_EQ(json.at("runs").at(0).at("slow_down"), 8.0);
  EXPECT_EQ(json.at("identical"), true);

  comparison.same_disk = false;
  json = nlohmann::json::parse(to_json(comparison));
  EXPECT_EQ(json.at("identical"), false);
}

TEST(Comparison, DifferentStatusIsNotIdentical) {
  Comparison comparison;
  comparison.runs = {report("rtl", 1, 1), report("interp", 1, 1)};
  EXPECT_TRUE(comparison.identical());
  comparison.runs[1].status = 3;
  EXPECT_FALSE(comparison.identical());
}

TEST(NumberText, GroupsDigits) {
  EXPECT_EQ(group_digits(0), "0");
  EXPECT_EQ(group_digits(999), "999");
  EXPECT_EQ(group_digits(1000), "1,000");
  EXPECT_EQ(group_digits(1234567), "1,234,567");
}

TEST(NumberText, SecondsAsPeopleSayThem) {
  EXPECT_EQ(seconds_text(0.0005), "0.5 ms");
  EXPECT_EQ(seconds_text(1.234), "1.23 s");
  EXPECT_EQ(seconds_text(125), "2:05 min");
}

TEST(NumberText, StatusLineHasRateTimeAndTimeLeft) {
  RunProgress progress;
  progress.cycles = 2'000'000;
  progress.instructions = 1'000'000;
  progress.seconds = 65;
  progress.cycles_per_second = 1e6;
  progress.instructions_per_second = 5e5;
  EXPECT_EQ(status_text(progress), "2,000,000 cycles  1.000 MHz  0.500 MIPS  1:05 elapsed");
  progress.max_cycles = 12'000'000;
  progress.instructions = 0;
  EXPECT_EQ(status_text(progress), "2,000,000 cycles  1.000 MHz  1:05 elapsed  0:10 left at most");
}

TEST(StateText, NamesRegistersAndSegments) {
  CpuState state;
  state.gpr[kEsp] = 0x1234;
  state.eip = 0xFFF0;
  state.seg[kCs] = {0xF000, 0xFFFF0000, 0xFFFF, 0x9B};
  const std::string text = to_text(state);
  EXPECT_TRUE(contains(text, "ESP 00001234"));
  EXPECT_TRUE(contains(text, "EIP 0000fff0"));
  EXPECT_TRUE(contains(text, "CS   f000  base ffff0000  limit 0000ffff  attributes 009b"));
}

}  // namespace
}  // namespace strata
