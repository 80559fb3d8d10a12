// Every rule of the manual that sw/tests/rules states, on every engine. The list is read out of the
// guest program's own table, so a rule added there is a test here.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <ostream>

#include "sw/tests/rules/rule_table.h"
#include "tests/cli/cli_test.h"
#include "tests/guest/rules/engine_features.h"
#include "tests/support/engine_names.h"

namespace strata::test {
namespace {

struct Case {
  std::string name;
  std::string paragraph;
  std::string engine;
  std::uint32_t number;
  std::uint32_t needs;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.paragraph;
}

std::vector<rule> read_rules() {
  std::ifstream file(STRATA_GUESTS "/rules.table", std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<rule> rules(bytes.size() / sizeof(rule));
  std::memcpy(rules.data(), bytes.data(), rules.size() * sizeof(rule));
  return rules;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  const std::vector<rule> rules = read_rules();
  for (std::uint32_t number = 0; number < rules.size(); ++number)
    for (const std::string& engine : all_engine_names())
      cases.push_back(
          {rules[number].name, rules[number].paragraph, engine, number, rules[number].needs});
  return cases;
}

std::string family(std::uint32_t needs) {
  if ((needs & NEEDS_CPU_386) != 0) return "386";
  if ((needs & NEEDS_CPU_486) != 0) return "486";
  return "586";
}

class Rules : public CliTest, public testing::WithParamInterface<Case> {};

TEST_P(Rules, Holds) {
  const Case& c = GetParam();
  SCOPED_TRACE(c.paragraph);
  const std::string reason = why_not(c.engine, c.needs);
  if (!reason.empty()) GTEST_SKIP() << reason;
  std::vector<std::string> arguments = {
      "run",
      "--engine=" + c.engine,
      "--quiet",
      "--timeout=1500",
      "--append",
      "rule=" + std::to_string(c.number) + " cpu=" + family(c.needs),
      STRATA_GUESTS "/rules.elf"};
  if (family(c.needs) != "586") arguments.push_back("--cpu=" + family(c.needs));
  const Finished run = strata(arguments);
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_NE(run.out.find("pass " + c.name + "\n"), std::string::npos) << run.out;
}

INSTANTIATE_TEST_SUITE_P(Manual, Rules, testing::ValuesIn(all_cases()),
                         [](const auto& c) { return c.param.name + "_" + c.param.engine; });

TEST(RuleTable, HasNoGaps) {
  const std::vector<rule> rules = read_rules();
  EXPECT_GE(rules.size(), 40u);
  for (const rule& r : rules) {
    EXPECT_NE(r.name[0], '\0');
    EXPECT_NE(r.paragraph[0], '\0');
    EXPECT_NE(r.needs, 0u);
    EXPECT_GE(r.run, 0x100000u);
  }
}

}  // namespace
}  // namespace strata::test
