#include "platform/input/input_script.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

using Wait = InputStatement::Wait;
using Action = InputStatement::Action;

constexpr std::uint64_t kHz = 1'000'000;

InputScript parsed(const std::string& text) {
  auto script = parse_input_script("x.in", text, kHz);
  EXPECT_TRUE(script.ok()) << script.error();
  return script.ok() ? *script : InputScript{};
}

InputStatement one(const std::string& text) {
  const InputScript script = parsed(text);
  EXPECT_EQ(script.statements.size(), 1u);
  return script.statements.empty() ? InputStatement{} : script.statements[0];
}

std::string error(const std::string& text) {
  const auto script = parse_input_script("x.in", text, kHz);
  return script.ok() ? "" : script.error();
}

TEST(InputScript, HasAStatementALine) {
  const InputScript script = parsed("# boots\n\n  type \"a\"  # one\r\n\tquit\n");
  ASSERT_EQ(script.statements.size(), 2u);
  EXPECT_EQ(script.statements[0].line, 3u);
  EXPECT_EQ(script.statements[1].line, 4u);
}

TEST(InputScript, WaitsForTextAndTimes) {
  const InputStatement at = one("at screen \"login: # \" type \"root\\n\"");
  EXPECT_EQ(at.wait, Wait::kFor);
  EXPECT_EQ(at.awaited, InputSource::kScreen);
  EXPECT_EQ(at.awaited_text, "login: # ");
  EXPECT_FALSE(at.within.has_value());
  EXPECT_EQ(at.action, Action::kType);
  EXPECT_EQ(at.text, "root\n");

  const InputStatement until = one("until prompt \"# \" within 1.5s");
  EXPECT_EQ(until.awaited, InputSource::kPrompt);
  EXPECT_EQ(until.within, Cycle{1'500'000});
  EXPECT_EQ(until.action, Action::kNone);

  const InputStatement cycle = one("at cycle 1000000 key F2 down");
  EXPECT_EQ(cycle.wait, Wait::kUntilCycle);
  EXPECT_EQ(cycle.cycles, Cycle{1'000'000});
  EXPECT_EQ(cycle.key, find_key("f2"));
  EXPECT_TRUE(cycle.down && !cycle.up);

  const InputStatement after = one("after 20ms key a up");
  EXPECT_EQ(after.wait, Wait::kSoLong);
  EXPECT_EQ(after.cycles, Cycle{20'000});
  EXPECT_TRUE(!after.down && after.up);
  EXPECT_EQ(one("after 50us").cycles, Cycle{50});
}

TEST(InputScript, DoesAtOnceWhatWaitsForNothing) {
  const InputStatement key = one("key enter");
  EXPECT_EQ(key.wait, Wait::kNot);
  EXPECT_TRUE(key.down && key.up);
  EXPECT_EQ(one("screenshot x.png").path, "x.png");
  const InputStatement expect = one("expect serial \"d\\\"o\\\\ne\\t\"");
  EXPECT_EQ(expect.expected, InputSource::kSerial);
  EXPECT_EQ(expect.text, "d\"o\\ne\t");
  EXPECT_EQ(one("quit 7").status, 7);
  EXPECT_EQ(one("quit").status, 0);
}

TEST(InputScript, MistakesAreToldWithTheirLine) {
  EXPECT_EQ(error("\nfoo"),
            "x.in:2: 'foo' is none of at, until, after, type, key, screenshot, expect and quit");
  EXPECT_EQ(error("key anykey"), "x.in:1: 'anykey' is the name of no key");
  EXPECT_EQ(error("type root"), "x.in:1: here a text in quotes is missing");
  EXPECT_EQ(error("type \"root"), "x.in:1: a text has no quote at its end");
  EXPECT_EQ(error("type \"\""), "x.in:1: a text is empty");
  EXPECT_EQ(error("type \"\\q\""), "x.in:1: \\q is none of \\n \\t \\e \\b \\\" \\\\");
  EXPECT_EQ(error("type \"\xE9\""), "x.in:1: no key gives the character 0xe9");
  EXPECT_EQ(error("at midnight quit"),
            "x.in:1: 'midnight' is none of screen, prompt, serial, console and cycle");
  EXPECT_EQ(error("at screen \"x\""), "x.in:1: here what to do is missing");
  EXPECT_EQ(error("until screen \"x\" within 30"),
            "x.in:1: '30' is no time such as 30s, 200ms or 50us");
  EXPECT_EQ(error("until screen \"x\" within"), "x.in:1: here a time is missing");
  EXPECT_EQ(error("after -1s quit"), "x.in:1: '-1s' is no time such as 30s, 200ms or 50us");
  EXPECT_EQ(error("at cycle 1x quit"),
            "x.in:1: '1x' is not a number from 0 to 18446744073709551614");
  EXPECT_EQ(error("quit 256"), "x.in:1: '256' is not a number from 0 to 255");
  EXPECT_EQ(error("quit 0 1"), "x.in:1: '1' is too much");
  EXPECT_EQ(error("expect cycle 3"),
            "x.in:1: 'cycle' is none of screen, prompt, serial and console");
}

}  // namespace
}  // namespace strata
