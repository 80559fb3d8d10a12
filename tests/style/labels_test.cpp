// The labels README.md names are those the tests have: `ctest -L LABEL` runs what it says.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/style/source_tree.h"
#include "tests/support/temp_folder.h"

namespace strata::style {
namespace {

using Labels = std::set<std::string>;

/// A folder from which CTest sees the build folder's tests; there it writes its log without
/// touching that of the CTest this test runs in.
class TestList {
 public:
  TestList() {
    std::ofstream(folder_.file("CTestTestfile.cmake")) << "subdirs(\"" STRATA_BUILD_DIR "\")\n";
  }

  /// Labels of every test, by the test's name.
  std::map<std::string, Labels> read() const {
    const CommandResult list =
        run_command("ctest --test-dir " + quoted(folder_.path()) + " --show-only=json-v1");
    std::map<std::string, Labels> tests;
    const auto json = nlohmann::json::parse(list.output);
    for (const auto& test : json.at("tests")) {
      Labels& labels = tests[test.at("name")];
      for (const auto& property : test.value("properties", nlohmann::json::array())) {
        if (property.at("name") == "LABELS") labels = property.at("value").get<Labels>();
      }
    }
    return tests;
  }

 private:
  test::TempFolder folder_;
};

/// `x` of every `-L x`, and the names in the sentence "The labels are `a`, `b` and `c`.".
Labels named_in(const std::string& readme) {
  Labels names;
  static const std::regex selection("-L ([a-z]+)");
  for (std::sregex_iterator it(readme.begin(), readme.end(), selection), end; it != end; ++it) {
    names.insert((*it)[1]);
  }
  static const std::regex sentence("The labels\\s+are\\s+([^.]*)\\.");
  std::smatch list;
  if (!std::regex_search(readme, list, sentence)) return names;
  const std::string listed = list[1];
  static const std::regex name("`([a-z]+)`");
  for (std::sregex_iterator it(listed.begin(), listed.end(), name), end; it != end; ++it) {
    names.insert((*it)[1]);
  }
  return names;
}

TEST(StyleLabels, ReadmeNamesThoseThatExist) {
  Labels existing;
  for (const auto& [test, labels] : TestList().read()) {
    EXPECT_FALSE(labels.empty()) << test << " has no label";
    existing.insert(labels.begin(), labels.end());
  }
  EXPECT_EQ(named_in(read_text(source_root() / "README.md")), existing);
}

TEST(StyleLabels, BothLabelsOfATestCount) {
  std::set<Labels> sets;
  for (const auto& [test, labels] : TestList().read()) sets.insert(labels);
  EXPECT_TRUE(sets.contains(Labels{"isa", "conformance"}));
  EXPECT_TRUE(sets.contains(Labels{"rtl", "conformance"}));
}

TEST(StyleLabels, NamesAreFoundInText) {
  EXPECT_EQ(named_in("run `ctest -L one -R x`.\nThe labels\nare `two` and `three`. Not `four`."),
            (Labels{"one", "two", "three"}));
}

}  // namespace
}  // namespace strata::style
