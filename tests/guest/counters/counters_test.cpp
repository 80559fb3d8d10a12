// Counters by interval and by pass, on code whose instructions are counted by hand
// (sw/tests/passes).
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

using nlohmann::json;

constexpr const char* kGuest = STRATA_GUESTS "/passes.elf";

class Counters : public CliTest, public testing::WithParamInterface<const char*> {
 protected:
  Finished run(std::vector<std::string> options) const {
    options.insert(options.begin(), {"run", std::string("--engine=") + GetParam()});
    options.emplace_back(kGuest);
    return strata(options);
  }

  std::vector<json> json_lines(const std::string& name) const {
    std::vector<json> rows;
    std::istringstream text(read(name));
    for (std::string line; std::getline(text, line);) rows.push_back(json::parse(line));
    return rows;
  }

  /// Column `name` of each row.
  static std::vector<double> column(const std::vector<json>& rows, const std::string& name) {
    std::vector<double> values;
    for (const json& row : rows) values.push_back(row.at(name).get<double>());
    return values;
  }

  /// The causes of a row's cycles add up to them.
  static void expect_causes_add_up(const json& row) {
    if (GetParam() != std::string("rtl")) return;
    std::uint64_t sum = 0;
    for (const auto& [name, value] : row.items()) {
      if (name.starts_with("cpu.cycles.")) sum += value.get<std::uint64_t>();
    }
    EXPECT_EQ(sum, row.at("cycles").get<std::uint64_t>()) << row;
  }
};

// Rounds are 100, 200, ... 500; a call is MOV, NOP, two instructions a round and RET.
TEST_P(Counters, FunctionFromCallToReturn) {
  const Finished finished = run({"--region=work", "--region-file=r.jsonl"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  std::vector<json> rows = json_lines("r.jsonl");
  ASSERT_EQ(rows.size(), 5u + 3u);
  EXPECT_EQ(rows[5].at("pass"), "minimum");
  EXPECT_EQ(rows[6].at("pass"), "median");
  EXPECT_EQ(rows[7].at("pass"), "maximum");
  EXPECT_EQ(column(rows, "instructions"),
            (std::vector<double>{203, 403, 603, 803, 1003, 203, 603, 1003}));
  if (GetParam() != std::string("rtl")) {
    EXPECT_EQ(column(rows, "cycles"), column(rows, "instructions"));
  }
  rows.resize(5);
  EXPECT_EQ(column(rows, "pass"), (std::vector<double>{1, 2, 3, 4, 5}));
  for (const json& row : rows) expect_causes_add_up(row);
  EXPECT_TRUE(contains(finished.err, "strata: work: 5 passes, of ")) << finished.err;
}

TEST_P(Counters, MedianOfAnEvenNumberIsBetweenTwo) {
  ASSERT_EQ(run({"--region=work", "--region-file=r.jsonl", "--append=passes=4"}).status, 0);
  EXPECT_EQ(json_lines("r.jsonl").at(5).at("instructions"), 503);
}

TEST_P(Counters, OnePassHasNoMedian) {
  const Finished finished = run({"--region=work", "--append=passes=1"});
  ASSERT_EQ(finished.status, 0);
  EXPECT_TRUE(contains(finished.err, "strata: work: 1 pass, of ")) << finished.err;
  EXPECT_FALSE(contains(finished.err, "median")) << finished.err;
}

// Ten calls of nine instructions around one of five are one pass.
TEST_P(Counters, RecursionIsOnePass) {
  ASSERT_EQ(run({"--region=recurse", "--region-file=r.jsonl"}).status, 0);
  const auto rows = json_lines("r.jsonl");
  ASSERT_EQ(rows.size(), 5u + 3u);
  for (const json& row : rows) EXPECT_EQ(row.at("instructions"), 95);
}

// From behind the NOP at work_begun to the RET at work_done.
TEST_P(Counters, FromOneInstructionToAnother) {
  ASSERT_EQ(run({"--region=work_begun..work_done", "--region-file=r.csv"}).status, 0);
  std::istringstream csv(read("r.csv"));
  std::string line;
  ASSERT_TRUE(std::getline(csv, line));
  EXPECT_TRUE(line.starts_with("pass,cycles,instructions,")) << line;
  const auto columns = std::count(line.begin(), line.end(), ',');
  for (const unsigned rounds : {100, 200, 300, 400, 500}) {
    ASSERT_TRUE(std::getline(csv, line));
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), columns) << line;
    std::istringstream cells(line);
    std::string pass;
    std::string cycles;
    std::string instructions;
    std::getline(cells, pass, ',');
    std::getline(cells, cycles, ',');
    std::getline(cells, instructions, ',');
    EXPECT_EQ(pass, std::to_string(rounds / 100));
    EXPECT_EQ(instructions, std::to_string(2 * rounds + 1));
  }
}

TEST_P(Counters, SymbolWithOffsetAndAddress) {
  ASSERT_EQ(run({"--region=work_begun+0..work_done+0x0", "--region-file=a.csv"}).status, 0);
  ASSERT_EQ(run({"--region=work_begun..work_done", "--region-file=b.csv"}).status, 0);
  EXPECT_EQ(read("a.csv"), read("b.csv"));
}

TEST_P(Counters, IntervalsAddUpToTheRun) {
  constexpr std::uint64_t kInterval = 1000;
  ASSERT_EQ(run({"--interval=1k", "--interval-file=i.jsonl", "--stats=s.json"}).status, 0);
  const json stats = json::parse(read("s.json"));
  const auto rows = json_lines("i.jsonl");
  ASSERT_EQ(rows.size(), (stats.at("cycles").get<std::uint64_t>() + kInterval - 1) / kInterval);
  std::map<std::string, std::uint64_t> sums;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    expect_causes_add_up(rows[i]);
    if (i + 1 < rows.size()) {
      EXPECT_EQ(rows[i].at("cycle"), (i + 1) * kInterval);
      EXPECT_EQ(rows[i].at("cycles"), kInterval);
    }
    for (const auto& [name, value] : rows[i].items()) sums[name] += value.get<std::uint64_t>();
  }
  EXPECT_EQ(rows.back().at("cycle"), stats.at("cycles"));
  EXPECT_EQ(sums.at("cycles"), stats.at("cycles"));
  EXPECT_EQ(sums.at("instructions"), stats.at("instructions"));
  for (const auto& [reason, count] : stats.at("exits").items())
    EXPECT_EQ(sums.at("exits." + reason), count) << reason;
}

TEST_P(Counters, TakingThemChangesNothing) {
  const auto figures = [this](std::vector<std::string> options) {
    options.emplace_back("--stats=s.json");
    const Finished finished = run(std::move(options));
    EXPECT_EQ(finished.status, 0) << finished.err;
    json stats = json::parse(read("s.json"));
    for (const char* of_the_host : {"seconds", "cycles_per_second", "mips"})
      stats.erase(of_the_host);
    return stats.dump(1) + finished.out;
  };
  const std::string plain = figures({});
  EXPECT_EQ(figures({"--interval=77", "--interval-file=i.csv"}), plain);
  EXPECT_EQ(figures({"--region=work"}), plain);
  EXPECT_EQ(figures({"--region=work", "--interval=77", "--interval-file=i.csv"}), plain);
}

// The clock demo sleeps in HLT between interrupts, whose handler may be a region too.
TEST_P(Counters, SleepAndInterruptsStayWhereTheyAre) {
  const auto cycles = [this](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"run", std::string("--engine=") + GetParam(),
                                          "--stats=s.json", STRATA_GUESTS "/clock.elf"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Finished finished = strata(arguments);
    EXPECT_EQ(finished.status, 0) << finished.err;
    return json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  const auto plain = cycles({});
  EXPECT_EQ(cycles({"--region=interrupt_dispatch", "--region-file=r.jsonl"}), plain);
  EXPECT_GE(json_lines("r.jsonl").size(), 10u + 3u) << "ten ticks";
}

TEST_P(Counters, RegionThatIsNotReachedIsSaid) {
  const Finished finished = run({"--region=exit_guest", "--region-file=r.jsonl"});
  EXPECT_EQ(finished.status, 1) << "exit_guest does not return";
  EXPECT_TRUE(contains(finished.err, "strata: no passes: ")) << finished.err;
  EXPECT_EQ(read("r.jsonl"), "");
}

TEST_P(Counters, BadOnesAreRefused) {
  const std::string engine = std::string("--engine=") + GetParam();
  expect_refused({"run", engine, "--interval=1000", kGuest}, {"--interval-file"});
  expect_refused({"run", engine, "--interval-file=i.csv", kGuest}, {"--interval N"});
  expect_refused({"run", engine, "--interval=0", "--interval-file=i.csv", kGuest},
                 {"--interval", "'0'"});
  expect_refused({"run", engine, "--region-file=r.csv", kGuest}, {"--region"});
  expect_refused({"run", engine, "--region=nowhere", kGuest}, {"--region", "nowhere", "symbol"});
  expect_refused({"run", engine, "--region=work..", kGuest}, {"--region", "''"});
  expect_refused({"run", engine, "--region=work+x..work", kGuest}, {"--region", "work+x"});
  expect_refused({"run", engine, "--region=0x100000000", kGuest}, {"--region", "0x100000000"});
}

INSTANTIATE_TEST_SUITE_P(Engines, Counters, testing::Values("rtl", "interp", "block"),
                         [](const auto& engine) { return std::string(engine.param); });

using CountersKvm = CliTest;

TEST_F(CountersKvm, HasNone) {
  const Finished finished = strata({"run", "--engine=kvm", "--region=work", kGuest});
  EXPECT_EQ(finished.status, 2);
  EXPECT_TRUE(
      contains(finished.err, "--region works with --engine rtl, interp, block and jit only"))
      << finished.err;
}

}  // namespace
}  // namespace strata::test
