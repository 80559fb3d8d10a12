// What a reader sees first: formatting, length of files, subjects of commits.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/style/source_tree.h"
#include "tests/support/temp_folder.h"

namespace strata::style {
namespace {

namespace fs = std::filesystem;

constexpr char kNoClangFormat[] = "clang-format 14 is not installed";

/// The name of a clang-format of the version the tree is formatted with; empty if there is none.
std::string clang_format() {
  for (const char* name : {"clang-format-14", "clang-format"})
    if (run_command(std::string(name) + " --version").output.find("version 14.") !=
        std::string::npos)
      return name;
  return "";
}

CommandResult check_format(const std::string& tool, const std::string& files) {
  return run_command(tool + " --style=file:.clang-format --dry-run -Werror " + files);
}

/// The files clang-format complains of, each once.
std::vector<std::string> files_named_in(const std::string& complaints) {
  static const std::regex place("(^|\n)([^\n:]+):[0-9]+:[0-9]+: ");
  std::set<std::string> files;
  for (std::sregex_iterator it(complaints.begin(), complaints.end(), place), end; it != end; ++it)
    files.insert((*it)[2]);
  return {files.begin(), files.end()};
}

TEST(StyleText, CppIsFormatted) {
  const std::string tool = clang_format();
  if (tool.empty()) GTEST_SKIP() << kNoClangFormat;
  std::string files;
  for (const SourceFile& file : source_files({".h", ".cpp", ".c"}))
    files += quoted(file.path) + " ";
  const CommandResult result = check_format(tool, files);
  EXPECT_EQ(result.status, 0) << "not as clang-format -i would leave it:\n"
                              << lines(files_named_in(result.output));
}

TEST(StyleText, BadFormatIsFound) {
  const std::string tool = clang_format();
  if (tool.empty()) GTEST_SKIP() << kNoClangFormat;
  const test::TempFolder folder;
  const fs::path bad = folder.file("bad.cpp");
  std::ofstream(bad) << "int  f( ){return 1 ;}\n";
  const CommandResult result = check_format(tool, quoted(bad.string()));
  EXPECT_NE(result.status, 0);
  EXPECT_EQ(files_named_in(result.output), std::vector<std::string>{bad.string()});
}

/// Whatever has a fixed name is another process's, too.
TEST(StyleText, TestsNameNoFolderOfTheHosts) {
  const std::regex named("TempDir\\(|temp_directory_path|mkdtemp|mkstemp|\"/tmp");
  for (const SourceFile& file : source_files({".h", ".cpp"})) {
    if (!file.path.starts_with("tests/") || file.path == "tests/support/temp_folder.h" ||
        file.path == "tests/style/text_test.cpp") {
      continue;
    }
    EXPECT_FALSE(std::regex_search(file.text, named)) << file.path << ": use TempFolder";
  }
}

/// What writes numbers in hexadecimal beside the one place that does and fmt; the guests have their
/// own.
TEST(StyleText, HexadecimalDigitsStandOnce) {
  const std::string digits = "0123456789abcdef";
  for (const SourceFile& file : source_files({".h", ".cpp"})) {
    if (!file.path.starts_with("models/") && !file.path.starts_with("platform/")) continue;
    const bool owner = file.path == "models/base/hex.h";
    EXPECT_EQ(file.text.find('"' + digits + '"') != std::string::npos, owner) << file.path;
  }
}

constexpr std::size_t kMostLines = 900;

/// Files that are one table or one list of wires, which is easier to read in one piece.
bool may_be_long(const std::string& path) {
  static const std::regex tables("(.*/)?[a-z0-9_]*(table|font|glyphs)[a-z0-9_]*\\.[a-z]+");
  return std::regex_match(path, tables);
}

std::vector<std::string> too_long(const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    const auto length =
        static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
    if (length > kMostLines && !may_be_long(file.path))
      findings.push_back(file.path + " has " + std::to_string(length) + " lines, more than " +
                         std::to_string(kMostLines));
  }
  return findings;
}

TEST(StyleText, NoFileIsTooLong) {
  const auto findings = too_long(source_files({".h", ".cpp", ".c", ".S", ".sv"}));
  EXPECT_TRUE(findings.empty()) << lines(findings);
}

TEST(StyleText, TooLongFileIsFound) {
  const std::string just_right(kMostLines, '\n');
  EXPECT_TRUE(too_long({{"models/isa/a.cpp", just_right}}).empty());
  EXPECT_EQ(too_long({{"models/isa/a.cpp", just_right + "\n"}}).size(), 1u);
  EXPECT_TRUE(too_long({{"models/isa/opcode_table.cpp", just_right + "\n"}}).empty());
}

constexpr std::size_t kLongestSubject = 72;

/// What is wrong with a commit's subject; empty if nothing is. The imperative is recognised by what
/// it is not: "Added", "Adding", "Adds".
std::string subject_fault(const std::string& subject) {
  static const std::regex form("[a-zA-Z0-9_./,*+-]+( [a-z0-9_./,*+-]+)*: ([A-Z][A-Za-z0-9_'-]*).*");
  static const std::regex other_moods(
      "(Add|Fix|Remov|Chang|Updat|Mak|Us|Implement|Improv|Mov|Renam|Introduc|Support|Handl|Creat|"
      "Writ|Mad|Tested|Test|Check)(ed|ing|s|es)");
  std::smatch match;
  if (subject.size() > kLongestSubject)
    return "longer than " + std::to_string(kLongestSubject) + " characters";
  if (!std::regex_match(subject, match, form)) return "not of the form \"area: Imperative ...\"";
  const std::string verb = match[2];
  if (std::regex_match(verb, other_moods)) return "\"" + verb + "\" is not an imperative";
  if (subject.back() == '.') return "ends with a full stop";
  return "";
}

/// Subjects that were in the history before this test was.
bool is_older_than_the_rule(const std::string& subject) {
  return subject == "models/bus: Route the software engines' accesses and bridge Wishbone to TLM";
}

TEST(StyleText, CommitSubjectsSayAreaAndWhatTheyDo) {
  const CommandResult log = run_command("git log --no-merges --format=%s");
  if (log.status != 0) GTEST_SKIP() << "no git history here: " << log.output;
  std::vector<std::string> findings;
  std::istringstream subjects(log.output);
  for (std::string subject; std::getline(subjects, subject);)
    if (const std::string fault = subject_fault(subject);
        !fault.empty() && !is_older_than_the_rule(subject))
      findings.push_back("\"" + subject + "\": " + fault);
  EXPECT_TRUE(findings.empty()) << lines(findings);
}

TEST(StyleText, BadCommitSubjectIsFound) {
  EXPECT_EQ(subject_fault("models/ata: Report ABRT for unknown commands"), "");
  EXPECT_NE(subject_fault("Report ABRT for unknown commands"), "");
  EXPECT_NE(subject_fault("models/ata: report ABRT"), "");
  EXPECT_NE(subject_fault("models/ata: Fixes ABRT"), "");
  EXPECT_NE(subject_fault("models/ata: Added ABRT"), "");
  EXPECT_NE(subject_fault("models/ata: Report ABRT."), "");
  EXPECT_NE(subject_fault("models/ata: R" + std::string(60, 'x')), "");
}

}  // namespace
}  // namespace strata::style
