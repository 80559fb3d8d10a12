// Figures of a run: JSON, the comparison's table, numbers as text.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "platform/engines.h"
#include "platform/stats/comparison.h"
#include "platform/stats/number_text.h"
#include "platform/stats/run_report.h"
#include "platform/stats/state_text.h"
#include "tests/support/temp_folder.h"

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

ComparedRun column(const RunReport& report) {
  return {report, {report.seconds}};
}

TEST(Comparison, TableNamesFiguresVerdictsAndSkippedEngines) {
  Comparison comparison;
  comparison.runs = {column(report("rtl", 1'000'000, 4)), column(report("interp", 1'000'000, 0.5))};
  comparison.has_disk = true;
  comparison.skipped = {{"kvm", "no /dev/kvm"}};
  comparison.note = "slow host";
  comparison.runs[0].report.counters["cpu.cycles.halted"] = 3000;
  comparison.runs[0].report.counters["cpu.data-tlb.hits"] = 4711;
  comparison.runs[0].report.counters["cpu.data-tlb.misses"] = 0;
  const std::string table = to_table(comparison);
  for (const char* part :
       {"rtl", "interp", "3,000,000", "1,000,000", "3.00", "8.0x", "1.0x", "exits: port",
        "cycles, rtl: clock cycles", "cycles, interp: instructions", "port: reads and writes",
        "cycles: halted                          0.1 %", "cycles: halted: asleep in HLT",
        "final screen: identical", "disk image: identical", "skipped kvm: no /dev/kvm",
        "note: slow host", "data-tlb.hits                           4,711               -"}) {
    EXPECT_TRUE(contains(table, part)) << part << " is missing in\n" << table;
  }
  EXPECT_FALSE(contains(table, "cycles, kvm"));
  EXPECT_FALSE(contains(table, "data-tlb.misses")) << "there were none";
}

TEST(Comparison, SaysWhatACycleIsOnEachEngine) {
  for (const EngineEntry& engine : engines()) {
    const std::string name(engine.name);
    Comparison comparison;
    comparison.runs = {column(report(name, 1'000'000, 4))};
    const std::string table = to_table(comparison);
    EXPECT_TRUE(contains(table, "cycles, " + name + ": ")) << table;
  }
}

/// The cells of the row that begins with `label`.
std::vector<std::string> cells(const std::string& table, const std::string& label) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(label)) continue;
    std::istringstream words(line.substr(label.size()));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

TEST(Comparison, WhatWasCutOffHasARateAndNoTime) {
  RunReport cut = report("rtl", 1'000'000, 0.25);  // the shortest
  cut.outcome = "timeout";
  cut.status = 4;
  Comparison comparison;
  comparison.runs = {column(cut), column(report("interp", 1'000'000, 0.5)),
                     column(report("kvm", 0, 1))};
  const std::string table = to_table(comparison);
  using Cells = std::vector<std::string>;
  EXPECT_EQ(cells(table, "finished"), (Cells{"CUT", "OFF", "yes", "yes"})) << table;
  EXPECT_EQ(cells(table, "wall time"), (Cells{"-", "500.0", "ms", "1.00", "s"})) << table;
  EXPECT_EQ(cells(table, "times the fastest"), (Cells{"-", "1.0x", "2.0x"})) << table;
  EXPECT_EQ(cells(table, "MIPS"), (Cells{"4.000", "2.000", "-"})) << table;
  EXPECT_TRUE(contains(table, "compared: interp, kvm\n")) << table;
  EXPECT_TRUE(comparison.identical());
  EXPECT_FALSE(comparison.complete());
  const auto json = nlohmann::json::parse(to_json(comparison));
  EXPECT_TRUE(json.at("runs").at(0).at("slow_down").is_null());
  EXPECT_EQ(json.at("runs").at(0).at("finished"), false);
}

TEST(Comparison, RepeatsAreAMedianAndASpread) {
  const ComparedRun run = merge_repeats(
      {report("rtl", 1, 5), report("rtl", 2, 2), report("rtl", 3, 4), report("rtl", 4, 3)});
  EXPECT_EQ(run.seconds, (std::vector<double>{5, 2, 4, 3}));
  EXPECT_DOUBLE_EQ(run.report.seconds, 3);  // the lower of the two in the middle: a run there was
  EXPECT_DOUBLE_EQ(*run.spread(), 1);
  Comparison comparison;
  comparison.runs = {run};
  EXPECT_EQ(cells(to_table(comparison), "spread"), (std::vector<std::string>{"100.0", "%"}));
  EXPECT_FALSE(column(report("rtl", 1, 1)).spread().has_value());
}

TEST(Comparison, ARepeatThatWasCutOffCutsTheColumn) {
  RunReport cut = report("rtl", 1, 1);
  cut.outcome = "timeout";
  EXPECT_FALSE(merge_repeats({report("rtl", 1, 2), cut}).finished());
}

TEST(Comparison, JsonListsRunsAndVerdict) {
  Comparison comparison;
  comparison.runs = {column(report("rtl", 1'000'000, 4)), column(report("interp", 1'000'000, 0.5))};
  auto json = nlohmann::json::parse(to_json(comparison));
  EXPECT_EQ(json.at("schema"), 1);
  ASSERT_EQ(json.at("runs").size(), 2u);
  EXPECT_DOUBLE_EQ(json.at("runs").at(0).at("slow_down"), 8.0);
  EXPECT_EQ(json.at("identical"), true);
  EXPECT_TRUE(json.at("disk_difference").is_null());

  comparison.disk = Difference{"sector", 7, {{{"rtl"}, "a"}, {{"interp"}, "b"}}};
  json = nlohmann::json::parse(to_json(comparison));
  EXPECT_EQ(json.at("identical"), false);
  EXPECT_EQ(json.at("disk_difference").at("place"), 7);
}

TEST(Comparison, JsonGivesNoVerdictOnLessThanTwoRunsThatFinished) {
  RunReport cut = report("rtl", 1, 1);
  cut.outcome = "timeout";
  Comparison comparison;
  comparison.runs = {column(cut), column(report("interp", 1'000'000, 0.5))};
  const auto json = nlohmann::json::parse(to_json(comparison));
  for (const char* verdict : {"same_screen", "same_disk", "same_status", "identical"}) {
    EXPECT_TRUE(json.at(verdict).is_null()) << verdict;
  }
}

/// Times the run behind it, where both have a time and differ in the engine only.
TEST(Comparison, NextRungIsTheRunBehind) {
  RunReport cut = report("block", 1, 1);
  cut.outcome = "timeout";
  Comparison comparison;
  comparison.runs = {column(report("rtl", 1, 6)), column(report("interp", 1, 1.5)),
                     column(report("kvm", 0, 3)), column(cut), column(report("native", 0, 0.5))};
  const auto json = nlohmann::json::parse(to_json(comparison));
  EXPECT_DOUBLE_EQ(json.at("runs").at(0).at("next_rung"), 4.0);
  EXPECT_DOUBLE_EQ(json.at("runs").at(1).at("next_rung"), 0.5);
  for (const unsigned n : {2u, 3u, 4u}) {
    EXPECT_TRUE(json.at("runs").at(n).at("next_rung").is_null()) << n;
  }
  const std::string table = to_table(comparison);
  EXPECT_TRUE(contains(table, "times the next")) << table;
  EXPECT_TRUE(contains(table, "4.00x")) << table;
  comparison.runs[0].parameters = {{"cpi", "1"}};
  EXPECT_FALSE(contains(to_table(comparison), "times the next"));
}

/// Without a clock there are no cycles, without a screen none that could be the same.
TEST(Comparison, AProcessHasNoMachine) {
  RunReport process = report("native", 0, 0.5);
  process.clock_hz = 0;
  process.cycles = 0;
  process.screen_hash = "";
  Comparison comparison;
  comparison.runs = {column(report("interp", 1'000'000, 1)), column(process)};
  const auto json = nlohmann::json::parse(to_json(comparison));
  for (const char* key : {"cycles", "cycles_per_second", "clock_mhz"}) {
    EXPECT_TRUE(json.at("runs").at(1).at(key).is_null()) << key;
    EXPECT_FALSE(json.at("runs").at(0).at(key).is_null()) << key;
  }
  EXPECT_TRUE(json.at("same_screen").is_null());
  EXPECT_EQ(json.at("same_status"), true);
  EXPECT_FALSE(contains(to_table(comparison), "final screen"));
}

/// Every key of the objects in `json`, but those below keys that name what they hold.
void gather_keys(const nlohmann::json& json, std::set<std::string>& keys) {
  if (json.is_array()) {
    for (const auto& one : json) gather_keys(one, keys);
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    keys.insert(key);
    const bool free = key == "counters" || key == "parameters" || key.starts_with("cpi_");
    if (!free) gather_keys(value, keys);
  }
}

TEST(Comparison, EveryKeyIsDescribedAndEveryKeyDescribedIsThere) {
  Comparison comparison;
  RunReport explained = report("rtl", 1, 1);
  explained.explanation = Explanation();
  explained.explanation->exits.resize(1);
  explained.explanation->works.resize(1);
  explained.sensitive = SensitiveReport();
  explained.sensitive->instructions.resize(1);
  explained.sensitive->instructions[0].kind = "critical";
  explained.patch = PatchReport();
  explained.patch->places.resize(1);
  comparison.runs = {column(explained)};
  comparison.skipped = {{"kvm", "no"}};
  comparison.screen = Difference{"row", 7, {{{"rtl"}, "a"}}};
  std::set<std::string> keys;
  gather_keys(nlohmann::json::parse(to_json(comparison)), keys);
  std::ifstream file(STRATA_SOURCE_DIR "/platform/stats/README.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string readme = text.str();
  for (const std::string& key : keys) {
    EXPECT_TRUE(contains(readme, '`' + key + '`')) << key << " is not described";
  }
  std::istringstream lines(readme);
  bool of_keys = false;
  bool of_bench = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) of_bench = line.starts_with("## `strata bench");
    const bool head = line.starts_with("| ") && !line.starts_with("| `");
    if (head) of_keys = line.starts_with("| key");
    if (of_bench || !of_keys || !line.starts_with("| `")) continue;
    std::istringstream cell(line.substr(2, line.find('|', 2) - 2));
    for (std::string word; std::getline(cell, word, ',');) {
      const std::size_t begin = word.find('`') + 1;
      const std::string key = word.substr(begin, word.rfind('`') - begin);
      EXPECT_TRUE(keys.contains(key)) << key << " is described and not there";
    }
  }
}

/// A run of a million instructions with cycles of two causes.
ComparedRun stacked(const std::string& memory, Cycle execute, Cycle missed) {
  RunReport figures = report("rtl", 1'000'000, 1);
  figures.cycles = execute + missed;
  figures.counters["cpu.cycles.execute"] = execute;
  figures.counters["cpu.cycles.data-miss"] = missed;
  ComparedRun run = column(figures);
  run.parameters = {{"memory", memory}};
  return run;
}

TEST(Comparison, StacksStandBesideEachOtherWithTheirDifference) {
  Comparison comparison;
  comparison.runs = {stacked("fixed:2", 1'000'000, 250'000), stacked("sdram", 1'000'000, 500'000)};
  const std::string table = to_table(comparison);
  const std::string stacks = table.substr(table.find("cycles an instruction by cause"));
  using Cells = std::vector<std::string>;
  EXPECT_EQ(cells(stacks, "memory"), (Cells{"fixed:2", "sdram"})) << table;
  EXPECT_EQ(cells(stacks, "cycles  "), (Cells{"1,250,000", "1,500,000", "+20.0", "%"})) << table;
  EXPECT_EQ(cells(stacks, "instructions"), (Cells{"1,000,000", "1,000,000", "+0.0", "%"}));
  EXPECT_EQ(cells(stacks, "  execute"), (Cells{"1.0000", "1.0000", "+0.0000"})) << table;
  EXPECT_EQ(cells(stacks, "  data-miss"), (Cells{"0.2500", "0.5000", "+0.2500"})) << table;
  EXPECT_EQ(cells(stacks, "CPI, their sum"), (Cells{"1.2500", "1.5000", "+0.2500"})) << table;

  const auto runs = nlohmann::json::parse(to_json(comparison)).at("runs");
  EXPECT_EQ(runs.at(1).at("label"), "rtl memory=sdram");
  EXPECT_EQ(runs.at(1).at("parameters"), (nlohmann::json{{"memory", "sdram"}}));
  EXPECT_EQ(runs.at(1).at("cpi_stack"), (nlohmann::json{{"execute", 1.0}, {"data-miss", 0.5}}));
  EXPECT_EQ(runs.at(1).at("cpi_difference"),
            (nlohmann::json{{"execute", 0.0}, {"data-miss", 0.25}}));
}

TEST(Comparison, OneStackIsNoComparison) {
  Comparison comparison;
  comparison.runs = {stacked("fixed:2", 1, 1), column(report("interp", 1, 1))};
  EXPECT_FALSE(contains(to_table(comparison), "cycles an instruction by cause"));
  const auto runs = nlohmann::json::parse(to_json(comparison)).at("runs");
  EXPECT_TRUE(runs.at(1).at("cpi_stack").is_null());
}

TEST(Comparison, DifferentStatusIsNotIdentical) {
  Comparison comparison;
  comparison.runs = {column(report("rtl", 1, 1)), column(report("interp", 1, 1))};
  EXPECT_TRUE(comparison.identical());
  comparison.runs[1].report.status = 3;
  EXPECT_FALSE(comparison.identical());
}

FinalScreen final_screen(const std::string& engine, const TextScreen& screen,
                         const std::string& row0) {
  return {engine, hash_rows(screen), {row0, "", ""}, hash_screen(screen)};
}

TEST(Difference, NamesRowTextsAndTheOddEngine) {
  TextScreen plain;
  TextScreen other;
  other.at(0, 4) = {'X', 7};
  const auto difference =
      compare_screens({final_screen("rtl", plain, "abc"), final_screen("interp", other, "abX "),
                       final_screen("kvm", plain, "abc")});
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->odd_one(), "interp");
  EXPECT_EQ(to_text(*difference), "row 0, interp alone\n  rtl, kvm: \"abc\"\n  interp: \"abX\"\n");
  EXPECT_FALSE(compare_screens({final_screen("rtl", plain, ""), final_screen("kvm", plain, "")}));
}

TEST(Difference, ColoursAndCursorAreNamedWhereTheTextIsTheSame) {
  TextScreen plain;
  TextScreen coloured;
  coloured.at(1, 0).attribute = 0x70;
  TextScreen moved;
  moved.cursor.row = 9;
  const auto colours =
      compare_screens({final_screen("rtl", plain, ""), final_screen("kvm", coloured, "")});
  ASSERT_TRUE(colours.has_value());
  EXPECT_EQ(colours->place, 1u);
  EXPECT_EQ(colours->odd_one(), "");  // of two nobody is
  EXPECT_TRUE(contains(to_text(*colours), "other colours"));
  const auto cursor =
      compare_screens({final_screen("rtl", plain, ""), final_screen("kvm", moved, "")});
  ASSERT_TRUE(cursor.has_value());
  EXPECT_EQ(cursor->unit, "cursor");
}

TEST(Difference, NamesSectorAndBytes) {
  const test::TempFolder folder;
  const auto write = [&](const char* name, std::string bytes) {
    std::ofstream(folder.file(name), std::ios::binary) << bytes;
    return folder.file(name);
  };
  std::string changed(4096, '\0');
  changed[5 * 512 + 0x1F] = '\x5A';
  const std::vector<FinalImage> images = {{"rtl", write("a", std::string(4096, '\0'))},
                                          {"interp", write("b", std::string(4096, '\0'))},
                                          {"kvm", write("c", changed)}};
  const auto difference = compare_images(images);
  ASSERT_TRUE(difference.ok());
  ASSERT_TRUE(difference.value().has_value());
  const std::string text = to_text(*difference.value());
  EXPECT_TRUE(contains(text, "sector 5, kvm alone\n")) << text;
  EXPECT_TRUE(contains(text, "kvm: byte 1fh: 5a 00")) << text;
  EXPECT_FALSE(compare_images({images[0], images[1]}).value().has_value());
  EXPECT_FALSE(compare_images(images, [] { return true; }).ok()) << "cancelled";
  EXPECT_FALSE(compare_images({images[0], {"kvm", folder.file("none")}}).ok());
}

TEST(Difference, FindsWhatLiesBehindHolesAndEnds) {
  const test::TempFolder folder;
  const auto image = [&](const char* name, std::uint64_t size, std::uint64_t changed) {
    std::ofstream file(folder.file(name), std::ios::binary);
    file.seekp(static_cast<std::streamoff>(changed)).put(static_cast<char>(0x5A));
    file.close();
    std::filesystem::resize_file(folder.file(name), size);
    return FinalImage{name, folder.file(name)};
  };
  constexpr std::uint64_t kSize = std::uint64_t{8} << 30;
  constexpr std::uint64_t kPlace = kSize - 3 * 512 + 7;
  const FinalImage a = image("a", kSize, 5);
  const FinalImage b = image("b", kSize, kPlace);
  const FinalImage same = image("same", kSize, 5);
  EXPECT_FALSE(compare_images({a, same}).value().has_value());
  EXPECT_EQ(compare_images({a, b}).value().value().place, 0u);
  const auto behind = compare_images({image("zero", kSize, kPlace - 7), b});
  EXPECT_EQ(behind.value().value().place, kPlace / 512);
}

TEST(Difference, AnImageThatEndsBeforeTheOthersDiffersThere) {
  const test::TempFolder folder;
  const auto image = [&](const char* name, std::uint64_t sectors) {
    std::ofstream(folder.file(name), std::ios::binary);
    std::filesystem::resize_file(folder.file(name), sectors * 512);
    return FinalImage{name, folder.file(name)};
  };
  const auto difference = compare_images({image("a", 2000), image("b", 1999)});
  ASSERT_TRUE(difference.value().has_value());
  EXPECT_EQ(to_text(*difference.value()),
            "sector 1999\n  a: byte 0h: 00 00 00 00 00 00 00 00\n  b: the image ends before it\n");
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
