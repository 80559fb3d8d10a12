// The table of cycles in rtl/README.md is what the CPU does: nobody makes an instruction slower, or
// faster, without saying so there.
#include <regex>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

constexpr const char* kReadme = STRATA_SOURCE_DIR "/rtl/README.md";

class CycleTable : public CliTest {
 protected:
  Finished cycle_table(const std::string& arguments) const {
    return script(STRATA_SOURCE_DIR "/scripts/cycle-table --dir '" STRATA_BUILD_DIR "' " +
                  arguments);
  }

  /// A table of its own with one row changed from `pattern` to `row`.
  void write_changed(const std::string& pattern, const std::string& row) const {
    std::ifstream file(kReadme);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::string changed = std::regex_replace(text, std::regex(pattern), row);
    ASSERT_NE(changed, text) << pattern;
    std::ofstream(folder_ + "/table.md") << changed;
  }
};

TEST_F(CycleTable, IsWhatIsMeasured) {
  const Finished finished = cycle_table("--check");
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
}

TEST_F(CycleTable, HasACommonFormInEveryRow) {
  const Finished finished = cycle_table("");
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_GE(lines(finished.out), 150 + 2);
}

TEST_F(CycleTable, NamesTheFormsThatDiffer) {
  write_changed(R"(\| XLAT \| 4 \| [0-9.]+ \|)", "| XLAT | 4 | 0.5 |");
  const Finished slower = cycle_table("--check --table table.md");
  EXPECT_EQ(slower.status, 1);
  EXPECT_TRUE(
      std::regex_search(slower.out, std::regex("XLAT: SLOWER: [0-9.]+ cycles, written 0.5")))
      << slower.out;
  EXPECT_TRUE(contains(slower.out, "1 of ")) << slower.out;

  write_changed(R"(\| XLAT \| 4 \| [0-9.]+ \|)", "| XLAT | 4 | 999 |");
  const Finished faster = cycle_table("--check --table table.md");
  EXPECT_EQ(faster.status, 1);
  EXPECT_TRUE(contains(faster.out, "XLAT: faster: ")) << faster.out;

  write_changed(R"(\| XLAT .*\n)", "");
  const Finished missing = cycle_table("--check --table table.md");
  EXPECT_EQ(missing.status, 1);
  EXPECT_TRUE(contains(missing.out, "XLAT: is measured, but not in the table")) << missing.out;
}

TEST_F(CycleTable, IsWrittenAnew) {
  write_changed(R"(\| XLAT \| 4 \| [0-9.]+ \|)", "| XLAT | 4 | 999 |");
  EXPECT_EQ(cycle_table("--update --table table.md").status, 0);
  EXPECT_EQ(cycle_table("--check --table table.md").status, 0);
}

TEST_F(CycleTable, RefusesAFileWithoutOne) {
  write("none.md", Bytes{'x', '\n'});
  const Finished finished = cycle_table("--check --table none.md");
  EXPECT_EQ(finished.status, 2);
  EXPECT_TRUE(contains(finished.err, "none.md has no lines")) << finished.err;
}

}  // namespace
}  // namespace strata::test
