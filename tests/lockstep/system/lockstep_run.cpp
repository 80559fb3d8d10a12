#include "tests/lockstep/system/lockstep_run.h"

#include <algorithm>

#include "tests/lockstep/system/lockstep_session.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_shrink.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kMostSessions = 600;  // of a program

/// One program; the report of its failure, or nothing.
std::string run_program(const LockstepPlan& plan, std::uint32_t seed, Coverage& coverage) {
  const SystemProgram program(seed, plan.features);
  std::uint64_t left = plan.retirements;
  for (std::uint32_t session = 0; left != 0 && session < kMostSessions; ++session) {
    const LockstepResult result =
        run_in_lockstep(SystemCase(program, session_seed(seed, session), left));
    coverage.add(result.coverage);
    if (result.end == SessionEnd::kFailed) {
      const std::string wave =
          plan.wave_folder + "/system_lockstep_" + std::to_string(seed) + ".vcd";
      return "seed " + std::to_string(seed) + ", features " + feature_names(plan.features) +
             ", session " + std::to_string(session) + ": " + result.failure + '\n' +
             shrink({.seed = seed,
                     .features = plan.features,
                     .session = session,
                     .budget = left,
                     .kind = result.kind},
                    wave);
    }
    left -= std::min(left, result.coverage.retired);
  }
  return {};
}

}  // namespace

LockstepSummary run_lockstep_programs(const LockstepPlan& plan) {
  LockstepSummary summary;
  while (summary.failures.size() < plan.most_failures && plan.go_on(summary.programs)) {
    const std::string failure =
        run_program(plan, plan.first_seed + summary.programs, summary.coverage);
    ++summary.programs;
    if (!failure.empty()) {
      summary.failures.push_back(failure);
    }
  }
  return summary;
}

}  // namespace strata::test
