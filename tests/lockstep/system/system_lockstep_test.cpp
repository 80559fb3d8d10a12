// The Verilated CPU against the interpreter on random system programs: a few with fixed seeds. The
// long run is the program system_lockstep (scripts/fuzz).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/lockstep/system/lockstep_run.h"
#include "tests/lockstep/system/lockstep_session.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_shrink.h"
#include "tests/support/temp_folder.h"

namespace strata::test {
namespace {

void run_programs(std::uint32_t features, std::uint32_t count) {
  const LockstepSummary summary = run_lockstep_programs(
      {.features = features, .go_on = [count](std::uint32_t done) { return done < count; }});
  for (const std::string& failure : summary.failures) {
    ADD_FAILURE() << failure;
  }
  EXPECT_GE(summary.coverage.retired, 15000u * summary.programs);
  std::cout << feature_names(features) << ": " << summary.coverage.text();
}

TEST(SystemLockstep, Level0) {
  run_programs(kNoFeatures, 4);
}

TEST(SystemLockstep, A386WithEverythingItHas) {
  run_programs(kAllFeatures & ~(kBigPages | kNewOpcodes | kAlignment), 12);
}

TEST(SystemLockstep, Everything) {
  run_programs(kAllFeatures, 16);
}

// A CPU whose code differs in one bit of one instruction.
TEST(SystemLockstep, ShrinksADifferenceAndWritesItsWaves) {
  const SystemProgram program(1, kAllFeatures);
  SystemCase spoiled(program, 7, 5000);
  const std::vector<std::uint32_t> executed =
      run_in_lockstep(spoiled, {.list_executed = true}).executed;
  ASSERT_GT(executed.size(), 100u);
  spoiled.spoiled = static_cast<std::size_t>(SystemProgram::offset_of(executed.at(20)));
  const LockstepResult result = run_in_lockstep(spoiled);
  ASSERT_EQ(result.end, SessionEnd::kFailed);
  const TempFolder folder;
  const std::string wave = folder.file("shrunk.vcd");
  const std::string report = shrink_case(spoiled, result.kind, wave);
  EXPECT_NE(report.find("shrunk to 1 retirements"), std::string::npos) << report;
  EXPECT_NE(report.find("last 1 instructions of the engine"), std::string::npos) << report;
  EXPECT_LT(report.size(), 12000u);
  std::ifstream file(wave);
  std::string line;
  std::size_t changes = 0;
  while (std::getline(file, line)) {
    changes += line.rfind('#', 0) == 0 ? 1 : 0;
  }
  EXPECT_GT(changes, 10u) << wave;
}

}  // namespace
}  // namespace strata::test
