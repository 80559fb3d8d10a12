// KVM as a third opinion: random instructions single-stepped in KVM and in the interpreter. The
// long run is kvm_step_fuzz.
#include <gtest/gtest.h>

#include "tests/kvm/kvm_step_machine.h"

namespace strata::test {
namespace {

/// Skips where KVM cannot single-step.
class KvmStep : public ::testing::TestWithParam<StepMode> {};

TEST_P(KvmStep, RandomInstructionsEndAlike) {
  std::string reason;
  const auto machine = KvmStepMachine::create(GetParam(), reason);
  if (!machine) GTEST_SKIP() << reason;
  constexpr std::uint64_t kSteps = 10'000;
  constexpr std::uint64_t kFirstSeed = 0x4B564D;
  std::uint64_t seed = kFirstSeed;
  while (machine->counts().steps < kSteps) {
    const std::string report = machine->run_seed(seed++);
    ASSERT_EQ(report, "");
  }
  EXPECT_GT(machine->counts().sequences, machine->counts().abandoned);
}

INSTANTIATE_TEST_SUITE_P(Modes, KvmStep, ::testing::Values(StepMode::kReal, StepMode::kProtected),
                         [](const auto& mode) {
                           return mode.param == StepMode::kReal ? "Real" : "Protected";
                         });

}  // namespace
}  // namespace strata::test
