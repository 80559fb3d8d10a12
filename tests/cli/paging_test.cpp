// `--paging`: the page-table-heavy demo through a monitor, alone and in one table.
#include <nlohmann/json.hpp>

#include "models/engine/kvm/kvm_host.h"
#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

constexpr char kAddressSpaces[] = STRATA_BUILD_DIR "/sw/address_spaces.elf";

class CliPaging : public CliTest {
 protected:
  /// What the demo does with its defaults: 4 rounds of 8 address spaces, 16 pages each, 4 turns.
  static constexpr unsigned kRounds = 4;
  static constexpr unsigned kSpaces = 8;
  static constexpr unsigned kPages = 16;
  static constexpr unsigned kTurns = 4;

  nlohmann::json run(std::vector<std::string> options) {
    options.insert(options.begin(), {"run", "--stats", "s.json", "--screen-text", "screen.txt"});
    options.push_back(kAddressSpaces);
    finished_ = strata(options);
    EXPECT_EQ(finished_.status, 0) << finished_.err;
    return nlohmann::json::parse(read("s.json"));
  }

  Finished finished_;
};

std::uint64_t count(const nlohmann::json& stats, const std::string& name) {
  return stats.at("counters").at("paging." + name);
}

TEST_F(CliPaging, GuestNoticesNothing) {
  const auto plain = run({});
  EXPECT_FALSE(contains(finished_.err, "traps to the monitor")) << finished_.err;
  EXPECT_FALSE(plain.at("counters").contains("paging.traps"));
  const std::string screen = read("screen.txt");
  EXPECT_TRUE(contains(screen, "address_spaces: ok")) << screen;
  for (const std::string how : {"shadow", "nested:2", "nested:3", "nested:4"}) {
    for (const std::string tlb : {"0", "8"}) {
      const auto paged = run({"--paging", how, "--paging-tlb", tlb});
      for (const char* same : {"cycles", "instructions", "exits", "outcome"}) {
        EXPECT_EQ(paged.at(same), plain.at(same)) << same << " with " << how;
      }
      EXPECT_EQ(read("screen.txt"), screen);
      EXPECT_TRUE(contains(finished_.err, "traps to the monitor")) << finished_.err;
    }
  }
}

// Which has a handler of #GP, and would say that it had met one.
TEST_F(CliPaging, KvmThatCannotPageIsNamed) {
  if (!describe_kvm().available) GTEST_SKIP() << describe_kvm().reason;
  if (describe_kvm().paging) GTEST_SKIP() << "this host's KVM runs paged guests";
  const Finished end = strata({"run", "--engine", "kvm", kAddressSpaces});
  EXPECT_EQ(end.status, 1);
  EXPECT_TRUE(contains(end.err, "this host's KVM cannot run paged 32-bit guests")) << end.err;
  EXPECT_FALSE(contains(end.err, "exception 13")) << end.err;
}

TEST_F(CliPaging, ShadowTrapsAreWhatTheGuestDoes) {
  const auto stats = run({"--paging", "shadow", "--paging-cost", "500/2"});
  // Each turn of a space, its changes and its end load CR3; before all that the kernel does.
  EXPECT_EQ(count(stats, "traps.cr3"), 1 + kRounds * kSpaces * (kTurns + 2));
  EXPECT_EQ(count(stats, "traps.invlpg"), kRounds * kSpaces * 3);
  EXPECT_EQ(count(stats, "traps.guest_fault"), kRounds * kSpaces * (kPages + 1));
  EXPECT_EQ(count(stats, "traps.control"), 1u);
  EXPECT_EQ(count(stats, "traps.host_fault"), 0u);
  EXPECT_GT(count(stats, "traps.table_write"), kRounds * kSpaces * kPages);
  EXPECT_EQ(count(stats, "estimated_cycles"),
            500 * count(stats, "traps") +
                2 * (count(stats, "references") + count(stats, "monitor_references")));
}

/// Each frame is touched first once; what the guest does to its tables costs walks alone.
TEST_F(CliPaging, NestedTrapsAreFramesTouchedFirst) {
  const auto two = run({"--paging", "nested:2"});
  const auto four = run({"--paging", "nested:4"});
  EXPECT_EQ(count(two, "traps"), count(two, "traps.host_fault"));
  EXPECT_EQ(count(two, "traps"), count(four, "traps"));
  EXPECT_EQ(count(two, "walks"), count(four, "walks"));
  EXPECT_GT(count(four, "references"), count(two, "references") * 3 / 2);
  EXPECT_EQ(count(four, "monitor_references"), 0u);
}

TEST_F(CliPaging, OneTableHasBoth) {
  const Finished table = strata(
      {"compare", "--json", "c.json", "--vary", "paging=off,shadow,nested:4", kAddressSpaces});
  EXPECT_EQ(table.status, 0) << table.out << table.err;
  const auto json = nlohmann::json::parse(read("c.json"));
  ASSERT_EQ(json.at("runs").size(), 3u);
  EXPECT_EQ(json.at("identical"), true);
  EXPECT_EQ(json.at("runs")[0].at("label"), "interp paging=off");
  EXPECT_EQ(json.at("runs")[0].at("cycles"), json.at("runs")[1].at("cycles"));
  EXPECT_EQ(json.at("runs")[0].at("cycles"), json.at("runs")[2].at("cycles"));
  for (const char* part :
       {"traps to the monitor", "  hidden page faults", "  faults of the second level",
        "references of walks", "lines of 64 bytes walked", "estimated cycles"}) {
    EXPECT_TRUE(contains(table.out, part)) << part << " is missing in\n" << table.out;
  }
}

/// A guest without paging is not touched, and its table says so.
TEST_F(CliPaging, GuestWithoutPaging) {
  write("guest", talking_guest());
  const Finished finished = strata({"run", "--paging", "shadow", "--stats", "s.json", "guest"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const auto stats = nlohmann::json::parse(read("s.json"));
  EXPECT_EQ(count(stats, "traps"), 0u);
  EXPECT_EQ(count(stats, "tlb.lookups"), 0u);
}

TEST_F(CliPaging, BadValues) {
  write("guest", talking_guest());
  expect_refused({"run", "--paging", "nested", "guest"}, {"--paging", "'nested'", "2 to 4"});
  expect_refused({"run", "--paging", "nested:5", "guest"}, {"--paging", "'nested:5'"});
  expect_refused({"run", "--paging-cost", "5", "guest"}, {"--paging-cost", "TRAP/REFERENCE"});
  expect_refused({"run", "--paging-tlb", "-1", "guest"}, {"--paging-tlb"});
  expect_refused({"run", "--engine", "rtl", "--paging", "shadow", "guest"},
                 {"--paging works with --engine interp only"});
}

}  // namespace
}  // namespace strata::test
