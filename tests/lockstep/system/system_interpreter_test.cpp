// Random system programs in the interpreter alone: they go on, no state is impossible, and they
// reach every kind of thing their features are there for.
#include "tests/lockstep/system/system_interpreter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "tests/lockstep/system/system_features.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kRetirements = 40000;  // of a program
constexpr std::uint32_t kPrograms = 6;

Coverage run_programs(std::uint32_t features) {
  Coverage coverage;
  for (std::uint32_t seed = 1; seed <= kPrograms; ++seed) {
    const SystemProgram program(seed, features);
    std::uint64_t left = kRetirements;
    for (std::uint32_t session = 0; left != 0 && session < 400; ++session) {
      const SessionResult result = run_in_interpreter(program, seed * 1000 + session, left);
      left -= std::min(left, result.coverage.retired);
      coverage.add(result.coverage);
      if (result.end == SessionEnd::kFailed) {
        ADD_FAILURE() << "seed " << seed << ", session " << session << ": " << result.failure;
        break;
      }
    }
  }
  std::cout << feature_names(features) << ": " << coverage.text();
  return coverage;
}

TEST(SystemPrograms, RunAtLevel0) {
  const Coverage coverage = run_programs(kInterrupts | kSelfModifying);
  EXPECT_GE(coverage.retired, kPrograms * kRetirements);
}

TEST(SystemPrograms, RunWithEverything) {
  const Coverage coverage = run_programs(kAllFeatures);
  EXPECT_GE(coverage.retired, kPrograms * kRetirements);
}

}  // namespace
}  // namespace strata::test
