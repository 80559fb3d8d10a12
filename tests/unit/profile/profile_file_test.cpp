// The file of a profile, and what a profile is made of.
#include "platform/profile/profile_file.h"

#include <gtest/gtest.h>

#include "platform/profile/make_profile.h"
#include "tests/unit/profile/hand_made.h"

namespace strata::test {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(ProfileFile, ComesBackAsItWas) {
  const std::string text = to_json(small_profile());
  const auto again = parse_profile(text, "p");
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(to_json(again.value()), text);
  const Profile& profile = again.value();
  EXPECT_EQ(profile.engine, "rtl");
  EXPECT_EQ(profile.cpu, CpuFamily::k586);
  EXPECT_EQ(profile.cycles, 100u);
  EXPECT_EQ(profile.code[1].cycles, (std::vector<Cycle>{2, 58}));
  EXPECT_EQ(profile.code[1].bytes, std::vector<std::uint8_t>{0x90});
  EXPECT_FALSE(profile.code[2].file);
  EXPECT_FALSE(profile.stacks[0].caller);
  EXPECT_EQ(profile.stacks[1].caller, 0u);
}

TEST(ProfileFile, OtherFilesAreRefusedInOneLine) {
  const std::string good = to_json(small_profile());
  const std::string bad[] = {
      "",
      "{}",
      "[1, 2]",
      "\x7f"
      "ELF",
      good.substr(0, good.size() / 2),
      replaced(good, "\"version\":1", "\"version\":2"),
      replaced(good, "\"cpu_family\":5", "\"cpu_family\":9"),
      replaced(good, "\"function\":1", "\"function\":2"),
      replaced(good, "\"file\":0", "\"file\":1"),
      replaced(good, "\"caller\":0", "\"caller\":1"),
      replaced(good, "\"cycles\":[20,10]", "\"cycles\":[20]"),
      replaced(good, "\"bytes\":\"90\"", "\"bytes\":\"9x\""),
      replaced(good, "\"executions\"", "\"execution\""),
  };
  for (const std::string& text : bad) {
    const auto profile = parse_profile(text, "some.file");
    ASSERT_FALSE(profile) << text;
    EXPECT_TRUE(profile.error().starts_with("some.file: ")) << profile.error();
    EXPECT_EQ(profile.error().find('\n'), std::string::npos) << profile.error();
  }
}

TEST(MakeProfile, CodeWithoutSymbolsGoesToWhatWasCalledBelow) {
  const FunctionMap functions(three_functions());
  CallTree tree(functions);
  tree.settle(0xF0000);
  tree.transfer(Transfer::kCall, 0xF0003, 0xF0100);
  Recording recording;
  recording.causes = {"execute"};
  recording.tree = &tree;
  const auto add = [&](std::uint32_t linear) {
    recording.code.push_back({linear, true, {0x90}, 1, {2}});
  };
  add(0xF0105);
  add(0xF0000);
  add(0x2004);
  add(0xA0000);  // nobody has called what is here
  add(0xA0001);
  const Profile profile = make_profile(recording, functions, LineTable());
  EXPECT_EQ(profile.cycles, 10u);
  EXPECT_EQ(profile.instructions, 5u);
  const auto name_at = [&](std::size_t n) {
    return profile.functions[profile.code[n].function].name;
  };
  ASSERT_EQ(profile.code.size(), 5u);  // by address
  EXPECT_EQ(name_at(0), "leaf");
  EXPECT_EQ(name_at(1), "0x000a0000");
  EXPECT_EQ(name_at(2), "0x000a0000");
  EXPECT_EQ(name_at(3), "0x000f0000");
  EXPECT_EQ(name_at(4), "0x000f0100");
  EXPECT_EQ(profile.functions[profile.code[4].function].calls, 1u);
}

TEST(LineTableTest, WhatIsNoElfHasNoLines) {
  const std::vector<std::uint8_t> nothing;
  EXPECT_FALSE(LineTable(nothing).find(0));
  const std::vector<std::uint8_t> text(1000, 'x');
  EXPECT_FALSE(LineTable(text).find(0));
  const std::vector<std::uint8_t> head{0x7F, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0};
  EXPECT_FALSE(LineTable(head).find(0));
}

}  // namespace
}  // namespace strata::test
