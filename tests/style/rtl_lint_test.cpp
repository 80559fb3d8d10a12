// Verilator's lint, all warnings on, over every top of rtl/: a unit is linted from each module that
// no other module of the unit instantiates, with rtl/common beside it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/style/source_tree.h"
#include "tests/support/temp_folder.h"

namespace strata::style {
namespace {

namespace fs = std::filesystem;

using Files = std::vector<SourceFile>;

std::string stem(const SourceFile& file) {
  return fs::path(file.path).stem().string();
}

/// Packages and interfaces: what modules are written with.
bool is_vocabulary(const SourceFile& file) {
  return stem(file).ends_with("_pkg") || stem(file).ends_with("_if");
}

bool mentions(const SourceFile& file, const std::string& expression) {
  return std::regex_search(file.text, std::regex(expression));
}

/// Packages and interfaces so ordered that each comes after the packages it uses.
Files ordered_vocabulary(const Files& files) {
  Files waiting;
  Files ordered;
  std::copy_if(files.begin(), files.end(), std::back_inserter(waiting), is_vocabulary);
  while (!waiting.empty()) {
    auto ready = std::find_if(waiting.begin(), waiting.end(), [&](const SourceFile& file) {
      return std::none_of(waiting.begin(), waiting.end(), [&](const SourceFile& other) {
        return other.path != file.path && mentions(file, "\\b" + stem(other) + "::");
      });
    });
    if (ready == waiting.end()) ready = waiting.begin();  // a circle: Verilator will say so
    ordered.push_back(*ready);
    waiting.erase(ready);
  }
  return ordered;
}

/// Modules of a unit that none of its modules instantiates.
std::vector<std::string> tops(const Files& unit) {
  std::vector<std::string> result;
  for (const SourceFile& file : unit) {
    if (is_vocabulary(file)) continue;
    const std::string instance = "\\b" + stem(file) + "\\s+(u_\\w+\\s*\\(|#\\s*\\()";
    const bool used = std::any_of(unit.begin(), unit.end(), [&](const SourceFile& other) {
      return other.path != file.path && mentions(other, instance);
    });
    if (!used) result.push_back(stem(file));
  }
  return result;
}

CommandResult lint(const std::string& top, const Files& common, const Files& unit,
                   const std::string& folder, const std::string& parameters = "") {
  std::string command = std::string(STRATA_VERILATOR) + " --lint-only -Wall -y rtl/common -y " +
                        quoted(folder) + " " + quoted("-I" STRATA_GENERATED_RTL) +
                        " --top-module " + top + parameters + " rtl/lint/waivers.vlt";
  Files files = common;
  files.insert(files.end(), unit.begin(), unit.end());
  for (const SourceFile& package : ordered_vocabulary(files)) command += " " + quoted(package.path);
  return run_command(command + " " + quoted(folder + "/" + top + ".sv"));
}

/// The files of each folder of rtl/, generated ones too.
std::map<std::string, Files> units() {
  std::map<std::string, Files> result;
  for (SourceFile& file : source_files({".sv"})) {
    const std::string folder = file.path.substr(0, file.path.find_last_of('/'));
    if (folder.starts_with("rtl/")) result[folder].push_back(std::move(file));
  }
  const fs::path generated = STRATA_GENERATED_RTL;
  for (const auto& entry : fs::recursive_directory_iterator(generated)) {
    if (entry.path().extension() != ".sv") continue;
    const std::string folder = fs::relative(entry.path().parent_path(), generated).generic_string();
    result[folder].push_back({entry.path().string(), read_text(entry.path())});
  }
  return result;
}

TEST(StyleRtl, EveryTopIsLintClean) {
  auto all = units();
  const Files common = all["rtl/common"];
  all.erase("rtl/common");
  ASSERT_FALSE(all.empty());
  for (const auto& [folder, unit] : all)
    for (const std::string& top : tops(unit)) {
      const CommandResult result = lint(top, common, unit, folder);
      EXPECT_EQ(result.status, 0) << folder << ", top " << top << ":\n" << result.output;
    }
}

// The smallest, one that is bigger than the default in both ways, and one with the most ways a
// strap can name (cpu_pkg::cache_shape_t).
TEST(StyleRtl, TheCpuIsLintCleanWithOtherCaches) {
  auto all = units();
  for (const char* parameters :
       {" -GCacheBytes=64 -GCacheWays=2", " -GCacheBytes=4096 -GCacheWays=2",
        " -GCacheBytes=16384 -GCacheWays=8", " -GCacheBytes=65536 -GCacheWays=256"}) {
    const CommandResult result =
        lint("cpu", all["rtl/common"], all["rtl/cpu"], "rtl/cpu", parameters);
    EXPECT_EQ(result.status, 0) << parameters << ":\n" << result.output;
  }
}

TEST(StyleRtl, LintFindsAWidthMismatch) {
  const test::TempFolder folder;
  std::ofstream(folder.file("bad.sv")) << "module bad (\n  input  logic [7:0] a_i,\n"
                                          "  output logic [3:0] b_o\n);\n"
                                          "  assign b_o = a_i;\nendmodule\n";
  const CommandResult result = lint("bad", {}, {}, folder.path());
  EXPECT_NE(result.status, 0);
  EXPECT_NE(result.output.find("WIDTH"), std::string::npos) << result.output;
}

TEST(StyleRtl, TopsAreTheModulesNobodyInstantiates) {
  const Files unit = {{"rtl/a/a.sv", "module a;\n  a_cell u_cell (\n"},
                      {"rtl/a/a_cell.sv", "module a_cell;"},
                      {"rtl/a/a_if.sv", "interface a_if;"},
                      {"rtl/a/a_pkg.sv", "package a_pkg;"}};
  EXPECT_EQ(tops(unit), std::vector<std::string>{"a"});
}

/// Waivers without a comment on the line or above the group of lines it is in.
std::vector<std::string> waivers_without_reason(const std::string& text) {
  std::vector<std::string> findings;
  std::istringstream stream(text);
  bool explained = false;
  for (std::string line; std::getline(stream, line);) {
    const bool has_reason = line.find("//") != std::string::npos;
    const bool waiver = line.starts_with("lint_off");
    if (waiver && !has_reason && !explained) findings.push_back(line);
    if (!waiver) explained = has_reason;
  }
  return findings;
}

TEST(StyleRtl, EveryWaiverHasItsReason) {
  const auto findings = waivers_without_reason(read_text(source_root() / "rtl/lint/waivers.vlt"));
  EXPECT_TRUE(findings.empty()) << lines(findings);
}

TEST(StyleRtl, WaiverWithoutReasonIsFound) {
  EXPECT_TRUE(waivers_without_reason("// why\nlint_off -rule UNUSED\n").empty());
  EXPECT_TRUE(waivers_without_reason("lint_off -rule UNUSED  // why\n").empty());
  EXPECT_TRUE(waivers_without_reason("// why\nlint_off -rule A\nlint_off -rule B\n").empty());
  EXPECT_EQ(waivers_without_reason("// why\n\nlint_off -rule A\n").size(), 1u);
  EXPECT_EQ(waivers_without_reason("lint_off -rule A  // why\nlint_off -rule B\n").size(), 1u);
}

}  // namespace
}  // namespace strata::style
