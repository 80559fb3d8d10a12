// `strata compare --vary`: runs of one guest with different parameters.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

class CliCompareVary : public CliTest {
 protected:
  nlohmann::json compare(std::vector<std::string> arguments, int status = 0) {
    arguments.insert(arguments.begin(), {"compare", "--json", "c.json"});
    arguments.push_back("guest");
    table_ = strata(arguments);
    EXPECT_EQ(table_.status, status) << table_.out << table_.err;
    return nlohmann::json::parse(read("c.json"));
  }

  static std::vector<std::string> labels(const nlohmann::json& document) {
    std::vector<std::string> all;
    for (const auto& run : document.at("runs")) all.push_back(run.at("label"));
    return all;
  }

  Finished table_;
};

using Names = std::vector<std::string>;

/// Sum of the values of a JSON object.
double sum_of(const nlohmann::json& object) {
  double sum = 0;
  for (const auto& [key, value] : object.items()) sum += value.get<double>();
  return sum;
}

TEST_F(CliCompareVary, StacksOfTwoLatenciesBesideEachOther) {
  write("guest", talking_guest());
  const auto json = compare({"--engines", "rtl", "--vary", "mem-latency=0,40"});
  EXPECT_EQ(labels(json), (Names{"rtl mem-latency=0", "rtl mem-latency=40"}));
  const auto& fast = json.at("runs").at(0);
  const auto& slow = json.at("runs").at(1);
  EXPECT_EQ(slow.at("parameters"), (nlohmann::json{{"mem-latency", "40"}}));
  EXPECT_EQ(fast.at("instructions"), slow.at("instructions"));
  EXPECT_GT(slow.at("cycles"), fast.at("cycles"));
  // The stacks are of all cycles, and the slower memory is waited for where code is read.
  for (const auto& run : json.at("runs")) {
    EXPECT_NEAR(sum_of(run.at("cpi_stack")), run.at("cpi"), 1e-9);
  }
  EXPECT_NEAR(sum_of(slow.at("cpi_difference")),
              slow.at("cpi").get<double>() - fast.at("cpi").get<double>(), 1e-9);
  EXPECT_GT(slow.at("cpi_difference").at("code-miss"), 0.0) << json;
  for (const char* part : {"cycles an instruction by cause", "mem-latency", "  code-miss", "CPI"}) {
    EXPECT_TRUE(contains(table_.out, part)) << part << " is missing in\n" << table_.out;
  }
  EXPECT_TRUE(contains(table_.err, "running rtl mem-latency=40 ...")) << table_.err;
}

// A byte in each line of 4 KiB is read again and again: there is room for them in 8 KiB, not in 2;
// without caches the loop itself comes from the bus.
TEST_F(CliCompareVary, SmallerCachesMissMore) {
  // mov dl,8; again: xor bx,bx; line: mov al,[bx]; add bx,16; cmp bx,1000h; jb line; dec dl;
  // jnz again; then exit with 0
  write("guest",
        boot_sector({0xB2, 0x08, 0x31, 0xDB, 0x8A, 0x07, 0x83, 0xC3, 0x10, 0x81, 0xFB, 0x00,
                     0x10, 0x72, 0xF5, 0xFE, 0xCA, 0x75, 0xEF, 0xB0, 0x00, 0xE6, 0xF4}));
  const auto json = compare({"--vary", "cache=8K/4/16,2K/1/16,off"});
  EXPECT_EQ(labels(json), (Names{"rtl cache=8K/4/16", "rtl cache=2K/1/16", "rtl cache=off"}));
  const auto& full = json.at("runs").at(0);
  const auto& half = json.at("runs").at(1);
  const auto& off = json.at("runs").at(2);
  for (const auto& run : json.at("runs")) {
    EXPECT_EQ(run.at("instructions"), full.at("instructions"));
  }
  EXPECT_EQ(json.at("identical"), true) << table_.out;
  EXPECT_GT(half.at("cpi_stack").at("data-miss"),
            3 * full.at("cpi_stack").at("data-miss").get<double>());
  EXPECT_GT(off.at("cpi_stack").at("code-miss"),
            3 * half.at("cpi_stack").at("code-miss").get<double>());
}

// Without --engines those that the option means something to; with it others run once, as they are.
TEST_F(CliCompareVary, EnginesThatDoNotKnowTheOptionRunOnce) {
  write("guest", exit_guest(0));
  EXPECT_EQ(labels(compare({"--vary", "memory=fixed:2,sdram"})),
            (Names{"rtl memory=fixed:2", "rtl memory=sdram"}));
  EXPECT_EQ(labels(compare({"--engines=interp,rtl", "--vary", "memory=fixed:2,sdram"})),
            (Names{"interp", "rtl memory=fixed:2", "rtl memory=sdram"}));
}

TEST_F(CliCompareVary, OptionsVariedTogetherMakeEachPair) {
  write("guest", exit_guest(0));
  EXPECT_EQ(labels(compare({"--engines=interp", "--vary", "cpi=1,2", "--vary", "cpu=386,586"})),
            (Names{"interp cpi=1 cpu=386", "interp cpi=1 cpu=586", "interp cpi=2 cpu=386",
                   "interp cpi=2 cpu=586"}));
}

// mov al,0; out 43h,al (latch); in al,40h; mov [B800:0],al; then exit with 0
TEST_F(CliCompareVary, AGuestThatShowsItsTimeIsNoFailure) {
  write("guest",
        boot_sector({0xB0, 0x34, 0xE6, 0x43, 0x30, 0xC0, 0xE6, 0x40, 0xE6, 0x40, 0xB9, 0x00, 0x40,
                     0xE2, 0xFE, 0xB0, 0x00, 0xE6, 0x43, 0xE4, 0x40, 0x88, 0xC4, 0xE4, 0x40, 0xBB,
                     0x00, 0xB8, 0x8E, 0xC3, 0x26, 0xA2, 0x00, 0x00, 0xB0, 0x00, 0xE6, 0xF4}));
  const auto json = compare({"--engines=interp", "--vary", "cpi=1,9"});
  EXPECT_EQ(json.at("same_screen"), false) << table_.out;
  EXPECT_TRUE(contains(table_.out, "final screen: DIFFERENT")) << table_.out;
}

TEST_F(CliCompareVary, WhatCannotBeVariedIsRefused) {
  write("guest", exit_guest(0));
  const auto refused = [&](const Names& varied, const Names& parts) {
    Names arguments = {"compare"};
    arguments.insert(arguments.end(), varied.begin(), varied.end());
    arguments.push_back("guest");
    expect_refused(arguments, parts);
  };
  refused({"--vary", "memory"}, {"OPTION=V1,V2"});
  refused({"--vary", "memory=sdram"}, {"two values"});
  refused({"--vary", "memory=sdram,"}, {"two values"});
  refused({"--vary", "memory=sdram,sdram"}, {"named twice"});
  refused({"--vary", "memory=sdram,quick"}, {"--memory", "'quick'"});
  refused({"--vary", "cache=off,1T/4/16"}, {"--cache", "'1T/4/16'"});
  refused({"--vary", "disk=a,b"}, {"'disk'"});
  refused({"--vary", "max-cycles=1,2"}, {"'max-cycles'"});
  refused({"--vary", "nothing=1,2"}, {"'nothing'"});
  refused({"--memory=sdram", "--vary", "memory=sdram,fixed:1"}, {"--memory", "varied"});
  refused({"--vary", "cpi=1,2", "--vary", "cpi=3,4"}, {"varied twice"});
  refused({"--vary", "cpi=1,2", "--vary", "memory=fixed:1,sdram"}, {"--engines"});
  refused({"--engines=interp", "--vary", "memory=fixed:1,sdram"}, {"--memory", "rtl"});
}

}  // namespace
}  // namespace strata::test
