// `strata run --explain`, `compare --explain`, and waves of engines without wires.
#include <nlohmann/json.hpp>

#include "platform/trace/vcd_reader.h"
#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

constexpr char kTwoWays[] = STRATA_BUILD_DIR "/sw/two_ways.elf";

class CliExplain : public CliTest {
 protected:
  void SetUp() override { ASSERT_EQ(strata({"disk", "create", "disk.img", "64K"}).status, 0); }

  Finished run(const std::string& engine, std::vector<std::string> options) {
    options.insert(options.begin(), {"run", "--engine", engine, "--disk", "disk.img"});
    options.push_back(kTwoWays);
    return strata(options);
  }

  nlohmann::json explanation() const {
    return nlohmann::json::parse(read("s.json")).at("explanation");
  }

  std::vector<std::string> values_of(const std::string& name);

  VcdHeader header_;  // of the file read last

  static std::uint64_t exits(const nlohmann::json& explanation, const std::string& kind,
                             const std::string& access, const std::string& place) {
    std::uint64_t sum = 0;
    for (const auto& exit : explanation.at("exits")) {
      const bool is_it =
          exit.at("kind") == kind && exit.at("access") == access && exit.at("place") == place;
      if (is_it) sum += exit.at("accesses").get<std::uint64_t>();
    }
    return sum;
  }
};

/// Of w.vcd, from the first to the last.
std::vector<std::string> CliExplain::values_of(const std::string& name) {
  std::ifstream file(folder_ + "/w.vcd", std::ios::binary);
  VcdReader reader(file);
  auto header = reader.read_header();
  EXPECT_TRUE(header.ok()) << header.error();
  header_ = header.value();
  const VcdVariable* variable = header_.find(name);
  EXPECT_NE(variable, nullptr) << name;
  if (variable == nullptr) return {};
  std::vector<std::string> values;
  std::uint64_t latest = 0;
  const auto end = reader.read_changes([&](const VcdChange& change) {
    EXPECT_GE(change.time, latest);
    latest = change.time;
    if (change.signal == variable->signal) values.emplace_back(change.value);
  });
  EXPECT_TRUE(end.ok()) << end.error();
  return values;
}

class CliExplainEngine : public CliExplain, public ::testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    if (const auto why = why_no_engine(GetParam()); !why.empty()) GTEST_SKIP() << why;
    CliExplain::SetUp();
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, CliExplainEngine, ::testing::ValuesIn(all_engine_names()));

TEST_P(CliExplainEngine, ASectorByRegistersAndByACall) {
  const Finished finished = run(GetParam(), {"--explain", "--stats", "s.json"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const auto explained = explanation();
  EXPECT_EQ(explained.at("unit"), GetParam() == "kvm" ? "ns" : "cycles");
  EXPECT_EQ(exits(explained, "port", "write", "1f0"), 256u);
  EXPECT_EQ(exits(explained, "call", "", "2"), 2u) << "two parts of one access";
  const auto& sector = explained.at("works").at(0);
  EXPECT_EQ(sector.at("unit"), "disk sector");
  EXPECT_EQ(sector.at("units"), 1);
  EXPECT_GT(sector.at("exits"), 0);
  EXPECT_EQ(sector.at("calls"), 1);
  EXPECT_TRUE(sector.at("own"));
  // KVM may keep words and does not say whose they are, and its times are the host's.
  if (GetParam() != "kvm") {
    EXPECT_GT(sector.at("saved"), 0);
    EXPECT_TRUE(contains(finished.err, "would save")) << finished.err;
    EXPECT_TRUE(contains(finished.err, "rep outsw")) << finished.err;
  }
  EXPECT_TRUE(contains(finished.err, "DISK_WRITE")) << finished.err;
  std::set<std::string> functions;
  for (const auto& exit : explained.at("exits")) functions.insert(exit.at("function"));
  EXPECT_TRUE(functions.contains("ata_write"));
  EXPECT_TRUE(functions.contains("pv_call"));
}

/// Where the kernel leaves the CPU behind what writes, too.
TEST_P(CliExplainEngine, ExitsHaveTheirInstructions) {
  ASSERT_EQ(run(GetParam(), {"--explain", "--stats", "s.json", "--quiet"}).status, 0);
  const auto explained = explanation();
  for (const auto& exit : explained.at("exits")) {
    const std::string instruction = exit.at("instruction");
    const std::string access = exit.at("access");
    const std::string kind = exit.at("kind");
    if ((kind != "port" && kind != "call") || exit.at("exits") == 0) continue;
    EXPECT_TRUE(contains(instruction, access == "read" ? "in" : "out")) << exit;
  }
}

TEST_P(CliExplainEngine, ExplainingChangesNoCycle) {
  if (GetParam() == "kvm") GTEST_SKIP() << "host time";
  const auto cycles = [&](std::vector<std::string> options) {
    options.insert(options.end(), {"--stats", "s.json", "--quiet"});
    EXPECT_EQ(run(GetParam(), options).status, 0);
    return nlohmann::json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  const auto plain = cycles({});
  EXPECT_EQ(cycles({"--explain"}), plain);
  EXPECT_EQ(cycles({"--fst", "w.fst"}), plain);
}

/// Waves of wires and of exits.
TEST_P(CliExplainEngine, LabelsAreInWaves) {
  ASSERT_EQ(run(GetParam(), {"--vcd", "w.vcd", "--fst", "w.fst", "--quiet"}).status, 0);
  EXPECT_EQ(values_of("strata.label"),
            (std::vector<std::string>{"", "by registers", "by a call", "done"}));
}

TEST_P(CliExplainEngine, LabelsAreInProfiles) {
  if (GetParam() == "kvm") GTEST_SKIP() << "has no profile";
  ASSERT_EQ(run(GetParam(), {"--profile", "p", "--stats", "s.json", "--quiet"}).status, 0);
  const auto labels = nlohmann::json::parse(read("p")).at("labels");
  ASSERT_EQ(labels.size(), 4u);
  EXPECT_EQ(labels[0].at("name"), "");
  EXPECT_EQ(labels[1].at("name"), "by registers");
  EXPECT_GT(labels[1].at("cycles"), labels[2].at("cycles"));
  const auto figures = nlohmann::json::parse(read("s.json"));
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
  for (const auto& label : labels) {
    cycles += label.at("cycles").get<std::uint64_t>();
    instructions += label.at("instructions").get<std::uint64_t>();
  }
  EXPECT_EQ(cycles, figures.at("cycles"));
  EXPECT_EQ(instructions, figures.at("instructions"));
  const Finished report = strata({"profile", "p"});
  EXPECT_TRUE(contains(report.out, "by registers")) << report.out;
}

TEST_P(CliExplainEngine, WavesOfExits) {
  if (GetParam() == "rtl") GTEST_SKIP() << "has wires";
  ASSERT_EQ(run(GetParam(), {"--vcd", "w.vcd", "--fst", "w.fst", "--quiet"}).status, 0);
  const auto hypercalls = values_of("strata.hypercall");
  EXPECT_EQ(std::ranges::count(hypercalls, "call 2 DISK_WRITE"), 1);
  EXPECT_GT(std::ranges::count(values_of("strata.left.function"), "ata_write"), 0);
  for (const char* place : {"guest", "device"}) {
    EXPECT_GT(std::ranges::count(values_of("strata.where"), place), 0) << place;
  }
  const std::string save_file = read("w.fst.gtkw");
  for (const VcdVariable& variable : header_.variables) {
    if (variable.name == "strata.cycle") continue;
    EXPECT_TRUE(contains(save_file, variable.name)) << variable.name;
  }
}

TEST_F(CliExplain, EnginesAndWaysBesideEachOther) {
  const Finished finished = strata({"compare", "--engines", "rtl,interp", "--explain", "--json",
                                    "c.json", "--disk", "disk.img", kTwoWays});
  ASSERT_EQ(finished.status, 0) << finished.out << finished.err;
  for (const char* part : {"both ways", "disk sectors", "one by registers: exits",
                           "one by a call: exits", "registers / call"}) {
    EXPECT_TRUE(contains(finished.out, part)) << part << " is missing in\n" << finished.out;
  }
  const auto comparison = nlohmann::json::parse(read("c.json"));
  ASSERT_EQ(comparison.at("runs").size(), 2u);
  for (const auto& one : comparison.at("runs")) {
    EXPECT_EQ(one.at("explanation").at("works").at(0).at("unit"), "disk sector");
  }
}

TEST_F(CliExplain, NothingIsCountedUnasked) {
  ASSERT_EQ(run("interp", {"--stats", "s.json", "--quiet"}).status, 0);
  EXPECT_TRUE(explanation().is_null());
}

}  // namespace
}  // namespace strata::test
