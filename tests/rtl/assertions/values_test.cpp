// That Verilator does with tests/rtl/assertions/values.sv what builds with assertions are for.
#include <set>

#include "Vvalues.h"
#include "tests/rtl/assertions/rule_names.h"
#include "tests/rtl/bus/verilated_context.h"

namespace strata::test {
namespace {

TEST(CheckedValues, UniqueCaseWantsOneThatMatches) {
  RuleRig<Vvalues> rig;
  for (std::uint8_t choice = 0; choice < 3; ++choice) {
    rig.ports.choice_i = choice;
    EXPECT_EQ(rig.clock(), "");
  }
  rig.ports.choice_i = 3;
  const std::string none = rig.clock();
  EXPECT_NE(none.find("parallel_case"), std::string::npos) << none;
}

TEST(CheckedValues, UniqueCaseWantsNoMoreThanOne) {
  RuleRig<Vvalues> rig;
  rig.ports.choice_i = 0;
  rig.ports.twice_i = 1;
  const std::string more = rig.clock();
  EXPECT_NE(more.find("parallel_case"), std::string::npos) << more;
}

TEST(CheckedValues, RegistersStartWithTheValuesOfASeed) {
  std::set<std::uint32_t> values;
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const OwnedContext context = new_context(seed);
    Vvalues ports(context.get());
    ports.eval();
    values.insert(ports.first_o);
  }
  EXPECT_EQ(values.size(), 8u);
}

}  // namespace
}  // namespace strata::test
