// `strata run --profile FILE` and `strata profile FILE`.
#include <signal.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

using Json = nlohmann::json;

const std::string kCounts = STRATA_BUILD_DIR "/sw/counts.elf";
const std::string kClock = STRATA_BUILD_DIR "/sw/clock.elf";
const char* const kProfiled[] = {"rtl", "interp", "block"};

class CliProfile : public CliTest {
 protected:
  Finished record(const std::string& engine, const std::string& guest,
                  std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"run",    "--engine", engine,   "--profile",
                                          "p.json", "--stats",  "s.json", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(guest);
    return strata(arguments);
  }

  Json json(const std::string& name) const { return Json::parse(read(name)); }

  /// Of all instructions; by cause.
  static std::map<std::string, std::uint64_t> cycles_of(const Json& profile) {
    std::map<std::string, std::uint64_t> cycles;
    for (const Json& one : profile.at("code")) {
      for (std::size_t cause = 0; cause < profile.at("causes").size(); ++cause) {
        cycles[profile.at("causes")[cause]] += one.at("cycles")[cause].get<std::uint64_t>();
      }
    }
    return cycles;
  }

  static std::uint64_t sum_of(const Json& rows, const char* field) {
    std::uint64_t sum = 0;
    for (const Json& row : rows) sum += row.at(field).get<std::uint64_t>();
    return sum;
  }

  /// Of a line of comma-separated values (RFC 4180); no field contains a quote.
  static std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields{""};
    bool quoted = false;
    for (const char letter : line) {
      if (letter == '"') {
        quoted = !quoted;
      } else if (letter == ',' && !quoted) {
        fields.emplace_back();
      } else {
        fields.back() += letter;
      }
    }
    return fields;
  }

  /// The fields of each line, by the first one.
  std::map<std::string, std::vector<std::string>> csv(const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"profile", "--csv", "p.json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Finished run = strata(arguments);
    EXPECT_EQ(run.status, 0) << run.err;
    std::map<std::string, std::vector<std::string>> rows;
    std::istringstream text(run.out);
    for (std::string line; std::getline(text, line);) {
      const std::vector<std::string> fields = fields_of(line);
      rows[fields.at(0)] = fields;
    }
    return rows;
  }
};

TEST_F(CliProfile, WatchingChangesNoCycleAndAllAreCounted) {
  for (const std::string& guest : {kCounts, kClock}) {
    for (const std::string engine : kProfiled) {
      ASSERT_EQ(
          strata({"run", "--engine", engine, "--stats", "plain.json", "--quiet", guest}).status, 0);
      ASSERT_EQ(record(engine, guest).status, 0);
      const Json plain = json("plain.json");
      const Json stats = json("s.json");
      const Json profile = json("p.json");
      EXPECT_EQ(stats.at("cycles"), plain.at("cycles"));
      EXPECT_EQ(stats.at("counters"), plain.at("counters"));
      EXPECT_EQ(stats.at("exits"), plain.at("exits"));
      EXPECT_EQ(profile.at("cycles"), stats.at("cycles")) << engine << guest;
      EXPECT_EQ(profile.at("instructions"), stats.at("instructions"));
      EXPECT_EQ(sum_of(profile.at("code"), "executions"), stats.at("instructions"));
      EXPECT_EQ(sum_of(profile.at("stacks"), "cycles"), stats.at("cycles"));
      EXPECT_EQ(sum_of(profile.at("stacks"), "instructions"), stats.at("instructions"));
      std::uint64_t all = 0;
      for (const auto& [cause, cycles] : cycles_of(profile)) {
        all += cycles;
        const std::string counter = "cpu.cycles." + cause;
        if (engine != "rtl") continue;  // has no such counters
        EXPECT_EQ(stats.at("counters").at(counter), cycles) << cause;
      }
      EXPECT_EQ(all, stats.at("cycles"));
    }
  }
}

TEST_F(CliProfile, InterpreterCountsItsOwnCycles) {
  ASSERT_EQ(record("interp", kClock, {"--cpi", "3"}).status, 0);
  const Json stats = json("s.json");
  EXPECT_EQ(json("p.json").at("cycles"), stats.at("cycles"));
  EXPECT_GT(cycles_of(json("p.json")).at("halted"), 0u);
}

/// What stands beside the instructions of sw/tests/counts/counts.S.
TEST_F(CliProfile, CountsAreThoseOfTheProgram) {
  const std::map<std::string, std::array<std::string, 2>> expected = {
      // calls, instructions
      {"main", {"1", "36"}}, {"divide", {"7", "42"}}, {"descend", {"5", "19"}}, {"hop", {"1", "2"}},
      {"land", {"1", "2"}},  {"escape", {"1", "1"}},  {"deep", {"1", "3"}}};
  for (const std::string engine : kProfiled) {
    ASSERT_EQ(record(engine, kCounts).status, 0);
    const auto rows = csv({});
    for (const auto& [function, counts] : expected) {
      ASSERT_TRUE(rows.contains(function)) << function;
      EXPECT_EQ(rows.at(function).at(4), counts[0]) << engine << function;
      EXPECT_EQ(rows.at(function).at(5), counts[1]) << engine << function;
    }
    const std::string folded = strata({"profile", "--folded", "p.json"}).out;
    for (const std::string stack :
         {"main", "main;divide", "main;descend;descend;descend;descend;descend", "main;hop",
          "main;land", "main;escape", "main;escape;deep"}) {
      EXPECT_TRUE(contains(folded, "\nguest_entry;start;" + stack + " ")) << folded;
    }
    EXPECT_FALSE(contains(folded, "descend;descend;descend;descend;descend;descend")) << folded;
    EXPECT_FALSE(contains(folded, "deep;")) << folded;
  }
}

TEST_F(CliProfile, StringInstructionIsOneExecution) {
  ASSERT_EQ(record("interp", kCounts).status, 0);
  std::vector<std::string> found;
  for (const auto& [address, fields] : csv({"--annotate", "main"})) {
    if (contains(fields.at(2), "stosb")) found = fields;
  }
  ASSERT_GE(found.size(), 5u);
  EXPECT_EQ(found[3], "1");
  EXPECT_EQ(found[4], "40");  // an iteration a cycle
}

// An instruction that takes one cycle is carried out in it: no other cause can be its own.
TEST_F(CliProfile, CausesAreThoseOfTheInstruction) {
  ASSERT_EQ(record("rtl", kCounts).status, 0);
  const Json profile = json("p.json");
  ASSERT_EQ(profile.at("causes")[0], "execute");
  unsigned compared = 0;
  for (const Json& one : profile.at("code")) {
    const auto cycles = one.at("cycles").get<std::vector<std::uint64_t>>();
    const std::uint64_t executions = one.at("executions");
    if (std::accumulate(cycles.begin(), cycles.end(), std::uint64_t{0}) != executions) continue;
    EXPECT_EQ(cycles[0], executions) << one;
    ++compared;
  }
  EXPECT_GE(compared, 10u);
}

/// A division takes many cycles, and none of them is its neighbour's.
TEST_F(CliProfile, DivisionHasItsCyclesAlone) {
  ASSERT_EQ(record("rtl", kCounts).status, 0);
  std::map<std::string, std::uint64_t> cycles;
  for (const auto& [address, fields] : csv({"--annotate", "divide"})) {
    if (address != "address") cycles[fields.at(2)] = std::stoul(fields.at(4));
  }
  ASSERT_TRUE(cycles.contains("div ecx") && cycles.contains("mov ecx, eax"));
  EXPECT_GE(cycles["div ecx"], 7u * 8);
  EXPECT_LE(cycles["mov ecx, eax"], 7u * 2);
}

TEST_F(CliProfile, LinesAreThoseOfTheSource) {
  ASSERT_EQ(record("interp", kCounts).status, 0);
  const auto rows = csv({"--by", "line"});
  std::ifstream source(STRATA_SOURCE_DIR "/sw/tests/counts/counts.S");
  unsigned number = 0;
  unsigned compared = 0;
  for (std::string line; std::getline(source, line);) {
    ++number;
    const std::size_t comment = line.find("/* ");
    if (!line.starts_with("    ") || comment == std::string::npos || comment < 8) continue;
    const int count = std::stoi(line.substr(comment + 3));
    const auto row = rows.find("sw/tests/counts/counts.S:" + std::to_string(number));
    ASSERT_EQ(row != rows.end(), count != 0) << line;
    if (count == 0) continue;
    EXPECT_EQ(row->second.at(5), std::to_string(count)) << line;
    ++compared;
  }
  EXPECT_GE(compared, 30u);
}

TEST_F(CliProfile, EveryReportIsPrinted) {
  ASSERT_EQ(record("rtl", kCounts).status, 0);
  ASSERT_EQ(strata({"run", "--profile", "other.json", "--quiet", kCounts}).status, 0);
  const auto out = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "profile");
    const Finished run = strata(arguments);
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.err, "");
    return run.out;
  };
  EXPECT_TRUE(contains(out({"p.json"}), "counts.elf on rtl: "));
  EXPECT_TRUE(contains(out({"p.json"}), "  divide\n"));
  EXPECT_TRUE(contains(out({"p.json", "--by", "line"}), "  sw/tests/counts/counts.S:"));
  EXPECT_TRUE(contains(out({"p.json", "--by=instruction"}), "  div ecx\n"));
  EXPECT_TRUE(contains(out({"p.json", "--annotate", "divide"}), "  div ecx\n"));
  EXPECT_TRUE(contains(out({"p.json", "--diff", "other.json"}), "other: "));
  EXPECT_TRUE(contains(out({"p.json", "--diff", "other.json", "--csv"}), "\ndivide,42,42,"));
  EXPECT_EQ(lines(out({"p.json", "--top", "1"})), lines(out({"p.json", "--top", "2"})) - 1);
  const Finished piped = script("$STRATA profile - <p.json");
  EXPECT_EQ(piped.out, out({"p.json"}));
}

TEST_F(CliProfile, GuestWithoutSymbols) {
  write("guest", exit_guest(0));
  for (const std::string engine : kProfiled) {
    ASSERT_EQ(record(engine, "guest").status, 0);
    EXPECT_EQ(json("p.json").at("cycles"), json("s.json").at("cycles"));
    const Finished code = strata({"profile", "p.json", "--annotate", "0x00007c00"});
    EXPECT_EQ(code.status, 0) << code.err;
    EXPECT_TRUE(contains(code.out, "00007c00  mov al, 0x00")) << code.out;
    EXPECT_TRUE(contains(strata({"profile", "p.json", "--folded"}).out, "0x00007c00 "));
  }
}

TEST_F(CliProfile, RunThatIsCutOffIsProfiledAsFar) {
  write("endless", endless_guest());
  for (const std::string engine : kProfiled) {
    EXPECT_EQ(record(engine, "endless", {"--max-cycles", "20000"}).status, 4);
    EXPECT_EQ(json("p.json").at("cycles"), 20000);
    EXPECT_EQ(json("p.json").at("outcome"), "max-cycles");
  }
  Program program(folder_, {"run", "--engine", "rtl", "--profile", "q.json", "--stats", "s.json",
                            "--quiet", "endless"});
  ASSERT_TRUE(wait_until([&] {
    const std::string caught = status_field(program.id(), "SigCgt");
    return !caught.empty() && (std::stoull(caught, nullptr, 16) >> (SIGINT - 1) & 1) != 0;
  }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
  EXPECT_EQ(json("q.json").at("outcome"), "interrupted");
  EXPECT_EQ(json("q.json").at("cycles"), json("s.json").at("cycles"));
}

TEST_F(CliProfile, GoesWithACheckAndWaves) {
  ASSERT_EQ(record("rtl", kCounts).status, 0);
  const std::string alone = read("p.json");
  ASSERT_EQ(record("rtl", kCounts, {"--check", "--fst", "w.fst"}).status, 0);
  EXPECT_EQ(read("p.json"), alone);
}

TEST_F(CliProfile, MistakesAreOneLineAndNoRun) {
  write("guest", exit_guest(0));
  expect_refused({"run", "--profile", "none/p.json", "guest"}, {"--profile", "none/p.json"});
  expect_refused({"run", "--profile", "guest", "guest"}, {"--profile", "guest"});
  expect_refused({"run", "--profile", "p", "--stats", "p", "guest"}, {"--profile", "--stats"});
  expect_refused({"run", "--engine", "kvm", "--profile", "p.json", "guest"},
                 {"--profile", "rtl, interp, block and jit", "kvm"});
  expect_refused({"profile"}, {"strata run --profile FILE"});
  expect_refused({"profile", "none.json"}, {"none.json"});
  expect_refused({"profile", "guest"}, {"guest", "no profile"});
  write("empty", Bytes{});
  expect_refused({"profile", "empty"}, {"empty", "no profile", "it is empty"});
  expect_refused({"profile", "a", "b"}, {"'b'"});
  expect_refused({"profile", "--by", "page", "p"}, {"--by", "'page'"});
  expect_refused({"profile", "--top", "-1", "p"}, {"--top", "'-1'"});
  expect_refused({"profile", "--folded", "--csv", "p"}, {"--folded", "--csv"});
  expect_refused({"profile", "--folded", "--diff", "q", "p"}, {"--folded", "--diff"});
  expect_refused({"profile", "--annotate", "f", "--by", "line", "p"}, {"--annotate", "--by"});
  ASSERT_EQ(record("interp", "guest").status, 0);
  expect_refused({"profile", "--annotate", "nobody", "p.json"}, {"'nobody'"});
  expect_refused({"profile", "--diff", "guest", "p.json"}, {"guest", "no profile"});
}

}  // namespace
}  // namespace strata::test
