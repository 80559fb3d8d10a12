// `strata compare` with the guest as a program of the host, the last rung of the ladder.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

class CliCompareNative : public CliTest {
 protected:
  static std::string guest(const std::string& name) {
    return std::string(STRATA_BUILD_DIR) + "/sw/" + name;
  }

  nlohmann::json compare(std::vector<std::string> arguments, int status = 0) {
    arguments.insert(arguments.begin(), {"compare", "--json", "c.json"});
    table_ = strata(arguments);
    EXPECT_EQ(table_.status, status) << table_.out << table_.err;
    return nlohmann::json::parse(read("c.json"));
  }

  /// Why this host does not run 32-bit programs, or empty.
  std::string why_no_native() {
    const auto json = compare({"--engines=interp,native", guest("ladder_flags.elf")});
    for (const auto& skipped : json.at("skipped")) {
      if (skipped.at("engine") == "native") return skipped.at("reason");
    }
    return "";
  }

  Finished table_;
};

TEST_F(CliCompareNative, IsTheLastRungAndChecksItsResult) {
  if (const std::string why = why_no_native(); !why.empty()) GTEST_SKIP() << why;
  const auto json = compare({"--engines=native,interp,block", "--repeat=3", "--append=iterations=3",
                             guest("ladder_flags.elf")});
  const auto& runs = json.at("runs");
  ASSERT_EQ(runs.size(), 3u);
  const auto& native = runs.at(2);
  EXPECT_EQ(native.at("engine"), "native");
  EXPECT_EQ(native.at("status"), 0);
  EXPECT_EQ(native.at("repeats").size(), 3u);
  for (const char* key : {"cycles", "instructions", "mips", "clock_mhz", "next_rung"}) {
    EXPECT_TRUE(native.at(key).is_null()) << key;
  }
  for (unsigned n = 0; n < 2; ++n) {
    EXPECT_NEAR(
        runs.at(n).at("next_rung").get<double>() * runs.at(n + 1).at("seconds").get<double>(),
        runs.at(n).at("seconds").get<double>(), 1e-12);
  }
  EXPECT_TRUE(json.at("identical"));
  for (const char* part : {"native", "times the next", "process of the host", "final screen"}) {
    EXPECT_TRUE(contains(table_.out, part)) << part << " is missing in\n" << table_.out;
  }
}

/// All that have one, without being asked for it.
TEST_F(CliCompareNative, BenchmarksHaveIt) {
  if (const std::string why = why_no_native(); !why.empty()) GTEST_SKIP() << why;
  for (const char* name : {"integer", "dhrystone", "dhrystone_characters", "ladder_branchy",
                           "ladder_flags", "ladder_memory", "ladder_modify", "ladder_recursion"}) {
    const auto json = compare({"--engines=block,native", guest(std::string(name) + ".elf")});
    ASSERT_EQ(json.at("runs").size(), 2u) << name << '\n' << table_.out;
    EXPECT_EQ(json.at("runs").at(1).at("status"), 0) << name;
    EXPECT_TRUE(json.at("identical")) << name;
  }
}

/// It fails where the guest does.
TEST_F(CliCompareNative, StatusIsCompared) {
  if (const std::string why = why_no_native(); !why.empty()) GTEST_SKIP() << why;
  const auto json =
      compare({"--engines=interp,native", "--append=iterations=0", guest("ladder_flags.elf")}, 1);
  EXPECT_EQ(json.at("runs").at(1).at("status"), 1);
  EXPECT_TRUE(json.at("identical"));
}

/// One that ends otherwise than the guest differs.
TEST_F(CliCompareNative, AnotherStatusIsADifference) {
  if (const std::string why = why_no_native(); !why.empty()) GTEST_SKIP() << why;
  write("odd.elf", exit_guest(7));
  script("cp " + guest("ladder_flags.native") + " odd.native");
  const auto json = compare({"--engines=interp,native", "odd.elf"}, 1);
  EXPECT_EQ(json.at("runs").at(1).at("status"), 0);
  EXPECT_FALSE(json.at("same_status"));
  EXPECT_TRUE(json.at("same_screen").is_null()) << "there is one";
}

TEST_F(CliCompareNative, GuestsOfDevicesHaveAReason) {
  const auto json = compare({"--engines=interp,native", guest("ladder_ports.elf")});
  EXPECT_EQ(json.at("skipped").at(0).at("engine"), "native");
  EXPECT_EQ(json.at("skipped").at(0).at("reason"), "no native: it accesses ports");
  EXPECT_TRUE(contains(table_.out, "skipped native: no native: it accesses ports")) << table_.out;
}

/// What other guests have not got is nothing to be said, but where it is asked for.
TEST_F(CliCompareNative, OtherGuestsAreNotAskedForIt) {
  write("guest.elf", talking_guest());
  EXPECT_FALSE(contains(strata({"compare", "guest.elf"}).out, "native"));
  const auto json = compare({"--engines=interp,native", "guest.elf"});
  EXPECT_EQ(json.at("skipped").at(0).at("reason"), "no native: there is no guest.native");
}

TEST_F(CliCompareNative, HostsThatCannotAreSkipped) {
  script("cp " + guest("ladder_flags.elf") + " odd.elf; printf x >odd.native; chmod +x odd.native");
  const auto json = compare({"--engines=interp,native", "odd.elf"});
  const std::string reason = json.at("skipped").at(0).at("reason");
  EXPECT_TRUE(contains(reason, "this host runs no 32-bit programs")) << reason;
  EXPECT_TRUE(contains(reason, "odd.native")) << reason;
}

TEST_F(CliCompareNative, LimitsEndItToo) {
  if (const std::string why = why_no_native(); !why.empty()) GTEST_SKIP() << why;
  const auto json = compare({"--engines=interp,native", "--timeout=0.2",
                             "--append=iterations=100000000", guest("ladder_flags.elf")},
                            4);
  ASSERT_EQ(json.at("runs").size(), 2u);
  EXPECT_EQ(json.at("runs").at(1).at("outcome"), "timeout");
  EXPECT_FALSE(json.at("runs").at(1).at("finished"));
  const auto cut =
      compare({"--engines=interp,native", "--max-cycles=1000", guest("ladder_flags.elf")}, 4);
  EXPECT_TRUE(contains(cut.at("skipped").at(0).at("reason").get<std::string>(), "--max-cycles"));
}

TEST_F(CliCompareNative, EnginesAreNamedOnce) {
  expect_refused({"compare", "--engines=native", guest("integer.elf")}, {"native", "engine"});
  expect_refused({"compare", "--engines=interp,native,native", guest("integer.elf")}, {"twice"});
  expect_refused({"run", "--engine=native", guest("integer.elf")}, {"'native'"});
}

}  // namespace
}  // namespace strata::test
