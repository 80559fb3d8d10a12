#include "platform/trace/vcd_reader.h"

#include <gtest/gtest.h>

#include <sstream>

namespace strata {
namespace {

// The forms of IEEE 1364-2005, 18.2: free white space, scalars without a space before the
// identifier, vectors with one, short vectors to be extended, sections, comments, an identifier
// used twice.
constexpr char kDump[] =
    "$date today $end\n"
    "$timescale\n  1 ns\n$end\n"
    "$scope module top $end\n"
    "$var wire 1 ! clk $end\n"
    "$scope module sub $end\n"
    "$var reg 8 \"% data [7:0] $end\n"
    "$var wire 1 ! clk_i $end\n"
    "$var real 64 r level $end\n"
    "$upscope $end\n"
    "$upscope $end\n"
    "$enddefinitions $end\n"
    "$dumpvars\n0!\nbx \"%\nr0.5 r\n$end\n"
    "#10 1! b101 \"%\n"
    "$comment b111 \"% $end\n"
    "#25\n0!\nbz1 \"%\nr-2 r\n"
    "#30\n";

VcdHistory history_of(const std::string& text) {
  std::istringstream input(text);
  auto history = VcdHistory::read(input);
  EXPECT_TRUE(history.ok()) << history.error();
  return *history;
}

std::string error_of(const std::string& text) {
  std::istringstream input(text);
  const auto history = VcdHistory::read(input);
  EXPECT_FALSE(history.ok());
  return history.ok() ? std::string() : history.error();
}

TEST(VcdReader, HeaderHasScopesRangesAndAliases) {
  const VcdHistory history = history_of(kDump);
  EXPECT_EQ(history.header().timescale, "1ns");
  ASSERT_EQ(history.header().variables.size(), 4u);
  const VcdVariable* const data = history.header().find("top.sub.data");
  ASSERT_NE(data, nullptr);
  EXPECT_EQ(data->type, "reg");
  EXPECT_EQ(data->bits, 8u);
  EXPECT_EQ(data->msb, 7);
  EXPECT_EQ(data->lsb, 0);
  EXPECT_EQ(history.header().find("top.clk")->signal,
            history.header().find("top.sub.clk_i")->signal);
  EXPECT_EQ(history.header().find("top.data"), nullptr);
}

TEST(VcdReader, ValuesAreExtendedToTheirWidth) {
  const VcdHistory history = history_of(kDump);
  EXPECT_EQ(history.value_at("top.sub.data", 0), "xxxxxxxx");
  EXPECT_EQ(history.value_at("top.sub.data", 9), "xxxxxxxx");
  EXPECT_EQ(history.value_at("top.sub.data", 10), "00000101");
  EXPECT_EQ(history.value_at("top.sub.data", 25), "zzzzzzz1");
  EXPECT_EQ(history.value_at("top.sub.level", 26), "-2");
  EXPECT_EQ(history.value_at("top.clk", 10), "1");
  EXPECT_EQ(history.end_time(), 30u);
}

TEST(VcdReader, DamagedFilesNameTheLine) {
  EXPECT_EQ(error_of(""), "VCD line 0: no $enddefinitions");
  EXPECT_EQ(error_of("$upscope $end\n"), "VCD line 1: $upscope without $scope");
  EXPECT_EQ(error_of("$var wire x ! clk $end\n"), "VCD line 1: bad $var");
  const std::string header = "$var wire 1 ! clk $end\n$enddefinitions $end\n";
  EXPECT_EQ(error_of(header + "#5\n1?\n"), "VCD line 4: unknown identifier");
  EXPECT_EQ(error_of(header + "#5\n#4\n"), "VCD line 4: bad time stamp '#4'");
  EXPECT_EQ(error_of(header + "#5\nb10"), "VCD line 4: a value without identifier");
}

TEST(VcdReader, StringsAreUnescaped) {
  const VcdHistory history = history_of(
      "$var string 1 ! text $end\n$enddefinitions $end\n"
      "#1 smov\\040eax,\\134 !\n#2 s !\n#3 s\\04 !\n");
  EXPECT_EQ(history.header().find("text")->type, "string");
  EXPECT_EQ(history.value_at("text", 1), "mov eax,\\");
  EXPECT_EQ(history.value_at("text", 2), "");
  EXPECT_EQ(history.value_at("text", 3), "\\04");  // no escape
}

TEST(VcdReader, DigitsBecomeNumbers) {
  EXPECT_EQ(number_of_digits("10100"), 20u);
  EXPECT_EQ(number_of_digits(std::string(64, '1')), ~std::uint64_t{0});
}

}  // namespace
}  // namespace strata
