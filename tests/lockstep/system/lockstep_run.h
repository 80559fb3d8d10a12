// Many random system programs in lockstep, one after another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_guard.h"

namespace strata::test {

struct LockstepPlan {
  std::uint32_t first_seed = 1;
  std::uint32_t features = kAllFeatures;
  std::uint64_t retirements = 20000;  // of a program
  unsigned most_failures = 1;
  std::string wave_folder = ".";
  std::function<bool(std::uint32_t programs)> go_on;  // asked before each program
};

struct LockstepSummary {
  Coverage coverage;
  std::uint32_t programs = 0;
  std::vector<std::string> failures;  // reports, shrunk
};

LockstepSummary run_lockstep_programs(const LockstepPlan& plan);

}  // namespace strata::test
