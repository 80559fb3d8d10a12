// Calls of port ABBA (models/pv/pv_page.h) that the platform answers, by sw/tests/calls: exit,
// region, waves, label, counts; and disk and screen by calls, with what they cost.
#include <sstream>

#include "platform/trace/vcd_reader.h"
#include "tests/guest/demos/guest_run.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

constexpr int kStatus = 42;

// 25 MHz, the default: a cycle is 4 units of 10 ns.
constexpr std::uint64_t kTicks = 4;

class Calls : public GuestTest {
 protected:
  /// The cycle of the line of the log that ends with `text`.
  std::uint64_t logged(const std::string& text) const {
    std::istringstream lines(read("run.log"));
    for (std::string line; std::getline(lines, line);) {
      if (!line.ends_with(text)) continue;
      std::istringstream words(line);
      std::string word;
      std::uint64_t cycle = 0;
      words >> word >> cycle;
      return cycle;
    }
    ADD_FAILURE() << "no line ends with " << text;
    return 0;
  }
};

class CallsOnEngine : public Calls, public testing::WithParamInterface<std::string> {};

TEST_P(CallsOnEngine, EndWithTheStatusOfTheLast) {
  const std::string missing = why_no_engine(GetParam());
  if (!missing.empty()) GTEST_SKIP() << missing;
  std::vector<std::string> options = {"--log=run.log"};
  if (GetParam() == "rtl") options.emplace_back("--check");
  const Finished finished = run(GetParam(), "calls.elf", options);
  EXPECT_EQ(finished.status, kStatus) << finished.err;
  EXPECT_EQ(stats().at("outcome"), "exited");
  EXPECT_NE(read("screen.txt").find("calls: ok"), std::string::npos);
  EXPECT_EQ(logged("pv label half way"), logged("pv call 21 error 0"));
  EXPECT_LT(logged("pv call 20 error 0"), logged("pv call 19 error 0"));
  EXPECT_LT(logged("pv call 23 error 1"), logged("pv call 16 error 0"));
}

INSTANTIATE_TEST_SUITE_P(All, CallsOnEngine, testing::ValuesIn(all_engine_names()),
                         [](const auto& engine) { return engine.param; });

class CallsRegion : public Calls, public testing::WithParamInterface<const char*> {};

// A pass is twice 1000, 2000, 3000 instructions and what the calls take, the same in each.
TEST_P(CallsRegion, MarksAreARegion) {
  const Finished finished =
      run(GetParam(), "calls.elf", {"--region=@marks", "--region-file=r.jsonl"});
  ASSERT_EQ(finished.status, kStatus) << finished.err;
  std::vector<std::uint64_t> instructions;
  std::istringstream lines(read("r.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line);
    if (row.at("pass").is_number()) instructions.push_back(row.at("instructions"));
  }
  ASSERT_EQ(instructions.size(), 3u) << read("r.jsonl");
  EXPECT_GE(instructions[0], 2000u);
  EXPECT_LT(instructions[0], 2200u);
  // In RTL the guest waits for the end of a call, a turn of its loop more or less.
  EXPECT_NEAR(static_cast<double>(instructions[1] - instructions[0]), 2000, 20);
  EXPECT_NEAR(static_cast<double>(instructions[2] - instructions[1]), 2000, 20);
}

INSTANTIATE_TEST_SUITE_P(Counting, CallsRegion, testing::Values("rtl", "interp", "block"),
                         [](const auto& engine) { return std::string(engine.param); });

TEST_F(Calls, WavesAreOffFromOneToTheOther) {
  ASSERT_EQ(run("rtl", "calls.elf", {"--log=run.log", "--vcd=waves.vcd"}).status, kStatus);
  const std::uint64_t off = logged("pv call 20 error 0");
  const std::uint64_t on = logged("pv call 19 error 0");
  std::istringstream file(read("waves.vcd"));
  const auto history = VcdHistory::read(file);
  ASSERT_TRUE(history.ok()) << history.error();
  const VcdHistory& waves = history.value();
  const auto cycle_at = [&](std::uint64_t cycle) {
    return waves.value_at("strata.cycle", cycle * kTicks);
  };
  EXPECT_EQ(number_of_digits(cycle_at(off - 2)), off - 2);
  EXPECT_EQ(number_of_digits(cycle_at(on + 2)), on + 2);
  for (std::uint64_t cycle = off + 2; cycle < on; ++cycle) {
    ASSERT_NE(cycle_at(cycle).find('x'), std::string::npos) << cycle;
  }
}

// The same frame and the same sectors, whoever brings them there.
class BothWays : public Calls, public testing::WithParamInterface<std::string> {};

TEST_P(BothWays, ShowTheSame) {
  const std::string missing = why_no_engine(GetParam());
  if (!missing.empty()) GTEST_SKIP() << missing;
  const auto shown = [this](const char* guest, const char* pv) {
    const Finished finished = run(GetParam(), guest, {std::string("--append=sectors=20 pv=") + pv});
    EXPECT_EQ(finished.status, 0) << finished.err;
    return finished;
  };
  const std::string by_calls = shown("vga_pv.elf", "1").out;
  const std::string screen = read("screen.txt");
  const std::string by_memory = shown("vga_pv.elf", "0").out;
  EXPECT_EQ(read("screen.txt"), screen);
  EXPECT_TRUE(contains(by_calls, "by port ABBA\nvga_pv: pv, ok")) << by_calls;
  EXPECT_TRUE(contains(by_memory, "vga_pv: pio, ok")) << by_memory;

  shown("disk_pv.elf", "1");
  EXPECT_TRUE(contains(read("screen.txt"), "by pv"));
  const std::string image = read("disk.img");
  const std::uint64_t calls = stats().at("exits").at("port");
  shown("disk_pv.elf", "0");
  EXPECT_TRUE(contains(read("screen.txt"), "by pio"));
  EXPECT_EQ(read("disk.img"), image);
  // 256 words for each of 40 sectors; by calls, one for each of 20 and a few, and what is printed.
  EXPECT_GT(stats().at("exits").at("port").get<std::uint64_t>(), 40u * 256);
  EXPECT_LT(calls, 300u);
}

INSTANTIATE_TEST_SUITE_P(All, BothWays, testing::ValuesIn(all_engine_names()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace strata::test
