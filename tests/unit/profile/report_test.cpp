// What the reports say of a profile that can be added up by hand (hand_made.h).
#include <gtest/gtest.h>

#include "platform/profile/profile_text.h"
#include "tests/unit/profile/hand_made.h"

namespace strata::test {
namespace {

/// With runs of blanks as one.
std::string squeezed(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == ' ' && (result.empty() || result.back() == ' ' || result.back() == '\n'))
      continue;
    if (letter == '\n' && !result.empty() && result.back() == ' ') result.pop_back();
    result += letter;
  }
  return result;
}

TEST(ProfileReport, FunctionsByCycles) {
  EXPECT_EQ(squeezed(flat_text(small_profile(), ProfileUnit::kFunction, 0)),
            "small.elf on rtl: 100 cycles, 12 instructions, 8.33 cycles an instruction (exited)\n"
            "\n"
            "cycles share cause\n"
            "68 68.0 % fetch\n"
            "32 32.0 % execute\n"
            "\n"
            "cycles share total calls instructions CPI main cause function\n"
            "70 70.0 % 70.0 % 2 2 35.00 fetch 83 % leaf\n"
            "30 30.0 % 100.0 % 1 10 3.00 execute 67 % main\n");
}

TEST(ProfileReport, ColumnsStandBelowTheirHeads) {
  const std::string text = flat_text(small_profile(), ProfileUnit::kFunction, 0);
  const std::size_t head = text.rfind("         cycles");
  const std::string table = text.substr(head);
  const std::size_t width = table.find('\n') + 1;
  EXPECT_EQ(table.find("function"), table.find("leaf") - width);
  EXPECT_EQ(table.find("main cause"), table.find("fetch 83") - width);
}

TEST(ProfileReport, TopRowsOnly) {
  const std::string text = flat_text(small_profile(), ProfileUnit::kFunction, 1);
  EXPECT_NE(text.find("leaf"), std::string::npos);
  EXPECT_TRUE(text.ends_with("1 more are not shown; --top 0 shows all\n")) << text;
}

TEST(ProfileReport, LinesAndInstructions) {
  const std::string lines = squeezed(flat_text(small_profile(), ProfileUnit::kLine, 0));
  EXPECT_NE(lines.find("\n60 60.0 % 2 30.00 fetch 97 % small,c:7\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("\n10 10.0 % 0 - execute 100 % (leaf)\n"), std::string::npos) << lines;
  const std::string code = squeezed(flat_text(small_profile(), ProfileUnit::kInstruction, 0));
  EXPECT_NE(code.find("\n30 30.0 % 10 3.00 execute 67 % main+0x0 nop\n"), std::string::npos)
      << code;
  EXPECT_NE(code.find(" leaf+0x1 (unknown)\n"), std::string::npos) << code;
}

TEST(ProfileReport, Annotated) {
  const auto text = annotated_text(small_profile(), "leaf");
  ASSERT_TRUE(text);
  EXPECT_EQ(squeezed(text.value()),
            "small.elf on rtl: 100 cycles, 12 instructions, 8.33 cycles an instruction (exited)\n"
            "leaf at 00002000: 2 calls, 70 cycles, 70.0 % of the run\n"
            "\n"
            "executions cycles share CPI main cause address instruction\n"
            "small,c:7\n"
            "2 60 85.7 % 30.00 fetch 97 % 00002000 nop\n"
            "0 10 14.3 % - execute 100 % 00002001 (unknown)\n");
  const auto none = annotated_text(small_profile(), "nobody");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().find("'nobody'"), std::string::npos);
}

TEST(ProfileReport, Folded) {
  EXPECT_EQ(folded_text(small_profile()), "main 30\nmain;leaf 70\n");
}

TEST(ProfileReport, RecursionIsInTheTotalOnce) {
  Profile profile = small_profile();
  profile.stacks.push_back({1, 1, 1, 5, 1});  // main;leaf;leaf
  const auto rows = rows_of(profile, ProfileUnit::kFunction);
  EXPECT_EQ(rows[0].name, "leaf");
  EXPECT_EQ(rows[0].total, 75u);
  EXPECT_EQ(rows[1].total, 105u);
}

TEST(ProfileReport, CommaSeparated) {
  EXPECT_EQ(flat_csv(small_profile(), ProfileUnit::kFunction),
            "function,address,line,disassembly,calls,executions,cycles,total_cycles,cycles_execute,"
            "cycles_fetch\n"
            "leaf,0x00002000,,,2,2,70,70,12,58\n"
            "main,0x00001000,,,1,10,30,100,20,10\n");
  const auto leaf = annotated_csv(small_profile(), "leaf");
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf.value(),
            "address,line,disassembly,executions,cycles,total_cycles,cycles_execute,cycles_fetch\n"
            "0x00002000,\"small,c:7\",nop,2,60,60,2,58\n"
            "0x00002001,,(unknown),0,10,10,10,0\n");
}

TEST(ProfileReport, Difference) {
  Profile after = small_profile();
  after.engine = "interp";
  after.causes = {"execute", "halted"};
  after.code[1].cycles = {2, 28};
  after.cycles = 70;
  const std::string text = squeezed(diff_text(small_profile(), after, ProfileUnit::kFunction, 0));
  EXPECT_NE(text.find("\nother: small.elf on interp: 70 cycles,"), std::string::npos) << text;
  EXPECT_NE(text.find("\ncycles other's difference ratio cause\n"
                      "32 32 0 1.00 execute\n"
                      "68 0 -68 0.00 fetch\n"
                      "0 38 +38 - halted\n"
                      "100 70 -30 0.70 all\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(
      text.ends_with("\ncycles other's difference ratio function\n"
                     "70 40 -30 0.57 leaf\n"
                     "30 30 0 1.00 main\n"))
      << text;
  EXPECT_EQ(diff_csv(small_profile(), after, ProfileUnit::kFunction),
            "function,executions,other_executions,cycles,other_cycles\n"
            "leaf,2,2,70,40\n"
            "main,10,10,30,30\n");
}

TEST(ProfileReport, DifferenceOfTwoGuestsSaysSo) {
  const auto says = [](const Profile& after, const std::string& note) {
    const std::string text = diff_text(small_profile(), after, ProfileUnit::kFunction, 0);
    return text.find(note) != std::string::npos;
  };
  EXPECT_FALSE(says(small_profile(), "note:"));
  Profile changed = small_profile();
  changed.code[2].bytes = {0xC3};  // not known in the other
  changed.code.insert(changed.code.begin() + 1, {0x1001, true, {0xF4}, 0, 0, 3, 1, {1, 0}});
  EXPECT_FALSE(says(changed, "note:"));
  changed.code[2].bytes = {0x40};
  EXPECT_TRUE(says(changed, "\nnote: the guest has changed: "));
  changed.guest = "large.elf";
  EXPECT_TRUE(says(changed, "\nnote: two guests: "));
  Profile elsewhere = small_profile();
  elsewhere.guest = "copy/small.elf";
  EXPECT_FALSE(says(elsewhere, "note:"));
}

}  // namespace
}  // namespace strata::test
