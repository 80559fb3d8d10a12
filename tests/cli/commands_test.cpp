// `strata compare`, `info`, `disk create`, --help.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/cli_test.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

class CliCommands : public CliTest {};

TEST_F(CliCommands, HelpAndVersion) {
  const Finished help = strata({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_TRUE(contains(help.out, "strata compare")) << help.out;
  EXPECT_EQ(help.err, "");
  const Finished run_help = strata({"run", "--help"});
  EXPECT_TRUE(contains(run_help.out, "--max-cycles"));
  for (const EngineEntry& engine : engines()) {
    EXPECT_TRUE(contains(run_help.out, std::string(engine.description))) << run_help.out;
  }
  EXPECT_TRUE(contains(strata({"--version"}).out, "strata 0."));
}

TEST_F(CliCommands, HelpOfACommand) {
  const std::vector<std::vector<std::string>> commands = {{"run"},    {"compare"},       {"bench"},
                                                          {"config"}, {"profile"},       {"info"},
                                                          {"disk"},   {"disk", "create"}};
  for (std::vector<std::string> command : commands) {
    command.push_back("--help");
    const Finished usual = strata(command);
    command.pop_back();
    command.insert(command.begin(), "help");
    const Finished help = strata(command);
    EXPECT_EQ(help.status, 0) << help.err;
    EXPECT_EQ(help.out, usual.out);
    EXPECT_NE(help.out, strata({"--help"}).out);
  }
  EXPECT_EQ(strata({"help"}).out, strata({"--help"}).out);
  expect_refused({"help", "fly"}, {"'fly'", "run, compare, bench, config, profile, info, disk"});
}

// Every form of --console and --serial (CliRun.ConsoleAndSerialOnStandardOutput), and so does the
// manual page, which is made of the same text.
TEST_F(CliCommands, HelpNamesTheStandardStream) {
  std::istringstream help(strata({"run", "--help"}).out);
  std::map<std::string, std::string> texts;
  std::string option;
  for (std::string line; std::getline(help, line);) {
    if (const std::size_t at = line.find("--"); at != std::string::npos) option = line.substr(at);
    texts[option.substr(0, option.find(' '))] += line;
  }
  for (const std::string name : {"--console", "--serial"}) {
    EXPECT_TRUE(contains(texts[name], "- or stdio")) << texts[name];
  }
}

TEST_F(CliCommands, InfoNamesHostEnginesAndVersions) {
  const Finished info = strata({"info"});
  EXPECT_EQ(info.status, 0);
  for (const char* part : {"host CPU", "586", "SystemC       2.3", "Verilator     5.", "Boost"}) {
    EXPECT_TRUE(contains(info.out, part)) << part << " is missing in\n" << info.out;
  }
  for (const EngineEntry& engine : engines()) {
    const std::size_t line = info.out.find("\nengine " + std::string(engine.name) + ' ');
    ASSERT_NE(line, std::string::npos) << engine.name << " is missing in\n" << info.out;
    EXPECT_GT(info.out.find('\n', line + 1) - line, 20u + engine.description.size()) << info.out;
  }
}

TEST_F(CliCommands, DiskCreateMakesAnImageToRunWith) {
  EXPECT_EQ(strata({"disk", "create", "new.img", "64K"}).status, 0);
  EXPECT_EQ(read("new.img"), std::string(65536, '\0'));
  write("guest", exit_guest(0));
  EXPECT_EQ(strata({"run", "--disk", "new.img", "guest"}).status, 0);
}

/// The engines that entries of compare's JSON name.
std::vector<std::string> engines_of(const nlohmann::json& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.at("engine"));
  return names;
}

TEST_F(CliCommands, CompareListsRunsAndLeavesTheImageAlone) {
  write("guest", talking_guest());
  write("disk.img", Bytes(4 * 512, 0x22));
  const std::string before = read("disk.img");
  const Finished run = strata({"compare", "--json", "c.json", "--disk", "disk.img", "guest"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(read("disk.img"), before);
  const auto json = nlohmann::json::parse(read("c.json"));
  EXPECT_EQ(json.at("identical"), true) << run.out;
  EXPECT_EQ(engines_of(json.at("runs")), usable_engine_names()) << run.out;
  std::vector<std::string> all = engines_of(json.at("runs"));
  for (const std::string& skipped : engines_of(json.at("skipped"))) all.push_back(skipped);
  EXPECT_TRUE(std::ranges::is_permutation(all, all_engine_names())) << run.out;
  for (const auto& entry : json.at("runs")) {
    for (const char* field : {"cycles", "instructions", "cpi", "seconds", "mips", "slow_down"}) {
      EXPECT_TRUE(entry.contains(field)) << field;
    }
  }
  for (const auto& skipped : json.at("skipped")) {
    EXPECT_NE(skipped.at("reason"), "") << skipped;
  }
  for (const char* part : {"cycles", "MIPS", "exits: ", "times the fastest"}) {
    EXPECT_TRUE(contains(run.out, part)) << part << " is missing in\n" << run.out;
  }
}

TEST_F(CliCommands, CompareGivesEachEngineAFreshDisk) {
  Bytes image = disk_writing_guest();
  image.resize(16 * 512);
  write("disk.img", image);
  const std::string before = read("disk.img");
  const Finished run = strata(
      {"compare", "--engines", "interp", "--max-cycles", "500000", "--json", "c.json", "disk.img"});
  EXPECT_EQ(run.status, 4) << run.out << run.err;
  EXPECT_EQ(read("disk.img"), before);
}

TEST_F(CliCommands, CompareOnTheImageItselfWhenTold) {
  Bytes image = disk_writing_guest();
  image.resize(16 * 512);
  write("disk.img", image);
  strata({"compare", "--share-disk", "--engines", "interp", "--max-cycles", "500000", "disk.img"});
  EXPECT_EQ(read("disk.img").substr(5 * 512, 2), "\x5A\xA5");
}

TEST_F(CliCommands, CompareEndsOnCtrlCWithWhatThereIs) {
  write("guest", endless_guest());
  Program program(folder_, {"compare", "--engines=rtl,interp", "--max-cycles=2000", "guest"});
  const Finished all = program.wait();
  EXPECT_EQ(all.status, 4) << all.err;
  EXPECT_TRUE(contains(all.out, "fewer than two runs finished")) << all.out;

  if (!has_terminals()) GTEST_SKIP() << "the host gives out no pseudo-terminals";
  // When the third repeat is announced two have finished.
  write("short", exit_guest(0));
  Program cut(folder_, {"compare", "--engines=interp", "--repeat=1000", "short"}, TerminalShape{});
  ASSERT_TRUE(cut.wait_for_output("(3 of 1000)"));
  cut.signal(SIGINT);
  const Finished run = cut.wait();
  EXPECT_EQ(run.status, 130);
  for (const char* part : {"time, median of", "MIPS", "cycles, interp"}) {
    EXPECT_TRUE(contains(run.out, part)) << part << " is missing in\n" << run.out;
  }
}

TEST_F(CliCommands, CompareRepeatsAndSaysHowTheTimesSpread) {
  write("guest", exit_guest(0));
  const Finished run =
      strata({"compare", "--engines=interp", "--repeat", "3", "--json", "c.json", "guest"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "time, median of 3")) << run.out;
  const auto json = nlohmann::json::parse(read("c.json"));
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_EQ(json.at("runs").at(0).at("repeats").size(), 3u);
  EXPECT_TRUE(json.at("runs").at(0).at("spread").is_number());
}

TEST_F(CliCommands, EveryRepeatHasAFreshDisk) {
  write("guest", talking_guest());
  write("disk.img", Bytes(4 * 512, 0x22));
  const Finished run = strata(
      {"compare", "--engines=interp", "--repeat=3", "--disk=disk.img", "--json=c.json", "guest"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(nlohmann::json::parse(read("c.json")).at("runs").at(0).at("repeats").size(), 3u);
}

TEST_F(CliCommands, CompareWithoutATemporaryFolder) {
  write("guest", exit_guest(0));
  for (const char* folder : {"/no/such/folder", "/dev/null"}) {
    const Finished run =
        script("TMPDIR=" + std::string(folder) + " $STRATA compare --engines interp guest");
    EXPECT_EQ(run.status, 2) << run.err;
    EXPECT_EQ(lines(run.err), 1) << run.err;
    EXPECT_TRUE(contains(run.err, folder) && contains(run.err, "TMPDIR")) << run.err;
  }
}

// All engines run the sector that is on the disk they have, also when the file has been replaced.
TEST_F(CliCommands, CompareReadsAnImageOnce) {
  // mov cx,0; loop for 65536 times (rtl takes a while); mov al,STATUS; out F4h,al
  Bytes image = boot_sector({0xB9, 0x00, 0x00, 0xE2, 0xFE, 0xB0, 41, 0xE6, 0xF4});
  image.resize(4 * 512);
  write("disk.img", image);
  image[6] = 42;
  write("other.img", image);
  const Finished run = script(
      "$STRATA compare --engines rtl,interp disk.img >table 2>messages & "
      "until grep -q running messages; do sleep 0.01; done; mv other.img disk.img; wait $!");
  EXPECT_EQ(run.status, 41) << read("table");
}

TEST_F(CliCommands, CompareNoticesDifferentScreens) {
  // A guest that shows its PIT count differs between engines of different speed.
  // Channel 0 of the 8254 is read twice around a loop and shown as a character.
  write("guest",
        boot_sector({0xB0, 0x34, 0xE6, 0x43, 0x30, 0xC0, 0xE6, 0x40, 0xE6, 0x40,  // mode 2, 65536
                     0xB9, 0x00, 0x40, 0xE2, 0xFE,                                // loop
                     0xB0, 0x00, 0xE6, 0x43, 0xE4, 0x40, 0x88, 0xC4, 0xE4, 0x40,  // latch, read
                     0xBB, 0x00, 0xB8, 0x8E, 0xC3,                                // es = B800
                     0x26, 0xA2, 0x00, 0x00, 0x26, 0x88, 0x26, 0x02, 0x00,        // show both bytes
                     0xB0, 0x00, 0xE6, 0xF4}));
  const Finished run = strata({"compare", "--cpi", "9", "--json", "c.json", "guest"});
  const auto json = nlohmann::json::parse(read("c.json"));
  if (json.at("runs").size() < 2) GTEST_SKIP() << "only one engine here: " << run.out;
  EXPECT_EQ(run.status, 1) << run.out;
  EXPECT_EQ(json.at("identical"), false);
  EXPECT_EQ(json.at("same_screen"), false);
  EXPECT_TRUE(contains(run.out, "final screen: DIFFERENT, first in row 0")) << run.out;
  EXPECT_EQ(json.at("screen_difference").at("place"), 0);
}

}  // namespace
}  // namespace strata::test
