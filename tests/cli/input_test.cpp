// `--input` and `--record`, with the guest that shows what is typed.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

constexpr char kTypewriter[] = STRATA_BUILD_DIR "/sw/typewriter.elf";
constexpr char kHello[] = STRATA_BUILD_DIR "/sw/hello.elf";

class CliInput : public CliTest {
 protected:
  Finished play(const std::string& text, std::vector<std::string> options = {},
                const char* guest = kTypewriter) {
    write("x.in", Bytes(text.begin(), text.end()));
    options.insert(options.begin(), {"run", "--input=x.in"});
    options.emplace_back(guest);
    return strata(options);
  }

  static std::string first_line(const Finished& run) {
    return run.err.substr(0, run.err.find('\n'));
  }
};

TEST_F(CliInput, TypesWhatTheGuestShows) {
  const Finished run = play(
      "at prompt \"> \" type \"Hello, World! [1+1=2]\\n\"\n"
      "until console \"typed: Hello\" within 1s\n"
      "key F2\n"
      "expect screen \"> Hello, World! [1+1=2]\"\n"
      "type \"exut\\b\\bit\\n\"\n",
      {"--screen-text=-", "--console=c.txt"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(read("c.txt"), "typewriter\n> typed: Hello, World! [1+1=2]\n> key: F2\ntyped: exit\n")
      << read("c.txt");
  EXPECT_TRUE(contains(run.out, "> exit\n")) << run.out;
}

TEST_F(CliInput, QuitEndsTheRunWithAStatus) {
  const Finished run = play("until prompt \"> \"\nquit 42\n", {"--stats=s.json"});
  EXPECT_EQ(run.status, 42) << run.err;
  EXPECT_TRUE(contains(run.err, "interp: quit with status 42 after")) << run.err;
  EXPECT_EQ(nlohmann::json::parse(read("s.json")).at("outcome"), "quit");
}

TEST_F(CliInput, IsRepeatedToTheCycle) {
  const std::string text = "at prompt \"> \" type \"some\\n\"\nafter 20ms type \"exit\\n\"\n";
  const auto cycles = [&] {
    EXPECT_EQ(play(text, {"--stats=s.json"}).status, 0);
    return nlohmann::json::parse(read("s.json")).at("cycles").get<std::uint64_t>();
  };
  EXPECT_EQ(cycles(), cycles());
}

TEST_F(CliInput, WhatWasRecordedDoesTheSame) {
  const std::string text = "at prompt \"> \" type \"Ab\\n\"\nafter 20ms type \"exit\\n\"\n";
  ASSERT_EQ(play(text, {"--stats=first.json", "--record=r.in", "--console=first.txt"}).status, 0);
  const std::string record = read("r.in");
  EXPECT_TRUE(contains(record, " key shift down\nat cycle ")) << record;
  EXPECT_EQ(lines(record), 8 + 9);  // it ends before Enter goes up
  ASSERT_EQ(play(record, {"--stats=second.json", "--record=s.in", "--console=second.txt"}).status,
            0);
  const auto cycles = [this](const char* file) {
    return nlohmann::json::parse(read(file)).at("cycles").get<std::uint64_t>();
  };
  EXPECT_EQ(cycles("first.json"), cycles("second.json"));
  EXPECT_EQ(read("first.txt"), read("second.txt"));
  EXPECT_EQ(record, read("s.in"));
}

TEST_F(CliInput, ScreenshotIsTheScreenOfItsMoment) {
  const Finished run = play(
      "until prompt \"> \"\nscreenshot a.png\ntype \"x\"\nafter 20ms screenshot b.png\n"
      "screenshot c.png\nquit\n",
      {"--screen-png=end.png"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(read("a.png").substr(1, 3), "PNG");
  EXPECT_NE(read("a.png"), read("b.png"));
  EXPECT_EQ(read("b.png"), read("c.png"));
  EXPECT_EQ(read("b.png"), read("end.png"));
}

TEST_F(CliInput, WhatDoesNotComeFailsTheRun) {
  const Finished late = play("\nuntil screen \"login:\" within 200ms\n");
  EXPECT_EQ(late.status, 1);
  EXPECT_EQ(first_line(late), "strata: x.in:2: no screen \"login:\" within 200ms");
  const Finished other = play("until prompt \"> \"\nexpect serial \"done\\n\"\nquit\n");
  EXPECT_EQ(other.status, 1);
  EXPECT_EQ(first_line(other), "strata: x.in:2: expected serial \"done\\n\"");
  const Finished ended = play("until screen \"login:\"\n", {}, kHello);
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(first_line(ended), "strata: x.in:1: the run ended before this");
}

TEST_F(CliInput, LooksAtTheSerialLine) {
  const Finished run =
      play("until serial \"on the serial line.\"\nexpect serial \"Hello\"\nquit 3\n", {}, kHello);
  EXPECT_EQ(run.status, 3) << run.err;
}

TEST_F(CliInput, MistakesAreToldBeforeAnythingRuns) {
  const auto refused = [this](const std::string& text, const std::string& message) {
    write("x.in", Bytes(text.begin(), text.end()));
    expect_refused({"run", "--input=x.in", kTypewriter}, {message});
  };
  refused("key any\n", "x.in:1: 'any' is the name of no key");
  refused("\n\ntype root\n", "x.in:3: here a text in quotes is missing");
  refused("screenshot missing/x.png\n", "x.in:1: screenshot");
  refused("screenshot x.png\nscreenshot x.png\n", "x.in:2: screenshot");
  expect_refused({"run", "--input=none.in", kTypewriter}, {"--input", "none.in"});
  expect_refused({"run", "--record=x.in", "--input=x.in", kTypewriter}, {"--record"});
  expect_refused({"run", "--patch", "--input=x.in", kTypewriter}, {"--patch", "--input"});
}

}  // namespace
}  // namespace strata::test
