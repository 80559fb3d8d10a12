// scripts/coverage: the points found in the sources are all there are, what counts them, and what
// the report makes of counts and exceptions. The script's own run of all tests takes minutes and is
// no test.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/style/source_tree.h"
#include "tests/support/temp_folder.h"

namespace strata::style {
namespace {

namespace fs = std::filesystem;

/// The points of the tree, as `scripts/coverage --list` prints them.
std::set<std::string> listed_points() {
  const CommandResult list = run_command("scripts/coverage --list");
  EXPECT_EQ(list.status, 0) << list.output;
  std::set<std::string> names;
  std::istringstream lines(list.output);
  for (std::string line; std::getline(lines, line);) names.insert(line.substr(0, line.find(' ')));
  return names;
}

std::size_t matches(const std::string& text, const std::string& expression) {
  const std::regex pattern(expression);
  return std::distance(std::sregex_iterator(text.begin(), text.end(), pattern),
                       std::sregex_iterator());
}

TEST(Coverage, EveryStateIsAPoint) {
  const auto points = listed_points();
  const std::regex state("\\bSt[A-Z][A-Za-z0-9]*\\b");
  unsigned machines = 0;
  for (const SourceFile& file : source_files({".sv"})) {
    if (!std::regex_search(file.text, std::regex("\\} \\w*state_e;"))) continue;
    ++machines;
    // A unit's package may hold its states.
    const std::string unit =
        std::regex_replace(fs::path(file.path).stem().string(), std::regex("_pkg$"), "");
    for (std::sregex_iterator it(file.text.begin(), file.text.end(), state), end; it != end; ++it)
      EXPECT_TRUE(points.contains(unit + ".state_q." + it->str()))
          << file.path << ": " << it->str();
  }
  EXPECT_GE(machines, 5u);
}

TEST(Coverage, EveryEntryAndMicroInstructionIsAPoint) {
  const auto points = listed_points();
  const CommandResult listing = run_command("scripts/microcode --list");
  ASSERT_EQ(listing.status, 0) << listing.output;
  const std::regex entry("entry ([A-Z0-9_]+):");
  for (std::sregex_iterator it(listing.output.begin(), listing.output.end(), entry), end; it != end;
       ++it)
    EXPECT_TRUE(points.contains("microcode." + it->str(1))) << it->str();
  const auto code = std::count_if(points.begin(), points.end(), [](const std::string& name) {
    return name.starts_with("microcode.");
  });
  EXPECT_EQ(code, matches(listing.output, "\n +[0-9]+ [0-9a-f]+  "));
}

class CoverageOfAModule : public testing::Test {
 protected:
  void SetUp() override {
    write("lamp_pkg.sv",
          "package lamp_pkg;\n"
          "  typedef enum logic [1:0] { Red = 2'd2, Green /* } */ } colour_e;\n"
          "endpackage\n");
    write("lamp.sv",
          "module lamp import lamp_pkg::*; (input logic clk_i);\n"
          "  typedef enum logic { StOff, StOn } state_e;  // StNever\n"
          "  state_e state_q, state_d;\n"
          "  lamp_pkg::colour_e colour_q;\n"
          "  logic [1:0] count_q;\n"
          "  logic ready_q;\n"
          "  logic many_q[2];\n"
          "endmodule\n");
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::string file(const std::string& name) const { return quoted((folder_ / name).string()); }

  const test::TempFolder own_;
  const fs::path folder_ = own_.path();
};

TEST_F(CoverageOfAModule, RegistersOfEnumerationsAndOfOneBitAreCounted) {
  const CommandResult result =
      run_command("scripts/coverage.d/points.py --top lamp --output " + file("points.sv") + " " +
                  file("lamp.sv") + " " + file("lamp_pkg.sv"));
  ASSERT_EQ(result.status, 0) << result.output;
  const std::string text = read_text(folder_ / "points.sv");
  for (const char* line : {"state_q_StOff: cover property (@(posedge clk_i) state_q == 1'd0);",
                           "state_q_StOn: cover property (@(posedge clk_i) state_q == 1'd1);",
                           "colour_q_Red: cover property (@(posedge clk_i) colour_q == 2'd2);",
                           "colour_q_Green: cover property (@(posedge clk_i) colour_q == 2'd3);",
                           "ready_q_0: cover property (@(posedge clk_i) !ready_q);",
                           "ready_q_1: cover property (@(posedge clk_i) ready_q);",
                           "bind lamp lamp_cover u_lamp_cover ("})
    EXPECT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
  EXPECT_EQ(matches(text, "cover property"), 6u) << text;
  const CommandResult lint = run_command(
      std::string(STRATA_VERILATOR) + " --lint-only --coverage-user --top-module lamp " +
      file("lamp_pkg.sv") + " " + file("lamp.sv") + " " + file("points.sv"));
  EXPECT_EQ(lint.status, 0) << lint.output;
}

/// A process' file with one point reached.
std::string counts(const std::string& group, const std::string& label) {
  return "# SystemC::Coverage-3\nC '\1f\2a.sv\1l\0022\1page\2v_user/" + group + "_cover\1o\2" +
         label + "\1h\2top' 5\n";
}

class CoverageReport : public CoverageOfAModule {
 protected:
  void SetUp() override {
    CoverageOfAModule::SetUp();
    fs::create_directories(folder_ / "coverage");
    write("coverage/1.dat", counts("ata", "state_q_StBusy"));
    write("coverage/2.dat", counts("ata", "state_q_StReady"));
  }

  CommandResult report(const std::string& exceptions) {
    write("exceptions.txt", exceptions);
    return run_command("scripts/coverage --report --dir " + quoted(folder_.string()) +
                       " --exceptions " + file("exceptions.txt"));
  }

  static bool misses(const CommandResult& result, const std::string& name) {
    return result.output.find("\n  " + name + "  rtl/") != std::string::npos;
  }
};

TEST_F(CoverageReport, ListsWhatIsNeitherReachedNorExcepted) {
  const CommandResult result = report("# none but\nata.state_q.StDataIn: it rusts\n  quickly\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_FALSE(misses(result, "ata.state_q.StBusy")) << result.output;
  EXPECT_FALSE(misses(result, "ata.state_q.StReady")) << result.output;
  EXPECT_FALSE(misses(result, "ata.state_q.StDataIn")) << result.output;
  EXPECT_TRUE(misses(result, "ata.state_q.StDataOut")) << result.output;
  EXPECT_NE(result.output.find("  ata.state_q.StDataIn: it rusts quickly\n"), std::string::npos);
}

TEST_F(CoverageReport, AnExceptionThatIsReachedIsAnError) {
  const CommandResult result = report("ata.state_q.StBusy: never\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.output.find("but reached (take them out of the list):\n  ata.state_q.StBusy"),
            std::string::npos)
      << result.output;
}

TEST_F(CoverageReport, ExceptionsNameAPointAndGiveAReason) {
  const CommandResult unknown = report("ata.state_q.StAsleep: no such state\n");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.output.find("there is no point 'ata.state_q.StAsleep'"), std::string::npos);
  const CommandResult bare = report("ata.state_q.StBusy\n");
  EXPECT_EQ(bare.status, 2);
  EXPECT_NE(bare.output.find("exceptions.txt:1: 'ata.state_q.StBusy' is not NAME: REASON"),
            std::string::npos)
      << bare.output;
}

}  // namespace
}  // namespace strata::style
