// The contract of every device's state (models/base/stateful.h): run, save, go on, load, go on: the
// same; from twin to twin: the same. A new device is a line in devices_under_test().
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <random>

#include "tests/rtl/state/state_rig.h"

namespace strata::test {

void PrintTo(const DeviceUnderTest& device, std::ostream* out) {
  *out << device.name;
}

namespace {

constexpr unsigned kRounds = 60;
constexpr unsigned kGroups = 8;  // of steps, before and after a save

using Script = std::vector<Step>;

class DeviceState : public testing::TestWithParam<DeviceUnderTest> {
 protected:
  Script script() {
    Script script;
    for (unsigned i = 0; i < kGroups; ++i) {
      const Script group =
          GetParam().steps([this] { return static_cast<std::uint32_t>(random_()); });
      script.insert(script.end(), group.begin(), group.end());
      if (GetParam().block_bytes != 0 && random_() % 4 == 0) script.push_back(any_access());
    }
    return script;
  }

  /// Of any bytes side by side in any dword of the block, its last ones more often.
  Step any_access() {
    const auto below = [this](std::uint32_t limit) {
      return static_cast<std::uint32_t>(random_() % limit);
    };
    const std::uint32_t words = GetParam().block_bytes / 4;
    const std::uint32_t word = words - 1 - below(below(2) == 0 ? words : std::min(words, 8u));
    const std::uint32_t lane = below(4);
    const unsigned bytes = 1 + below(4 - lane);
    const auto value = static_cast<std::uint32_t>(random_()) >> (32 - 8 * bytes);
    const auto kind = below(2) == 0 ? Step::Kind::kRead : Step::Kind::kWrite;
    return {kind, 4 * word + lane, bytes, kind == Step::Kind::kWrite ? value : 0};
  }

  static std::vector<std::string> run(StateRig& rig, const Script& script) {
    rig.observed();
    for (const Step& step : script) rig.apply(step);
    return rig.observed();
  }

  /// Whether two states are equal, with the first fields that are not.
  testing::AssertionResult same(const StateBytes& a, const StateBytes& b) {
    if (a == b) return testing::AssertionSuccess();
    return testing::AssertionFailure() << GetParam().differences(a, b);
  }

  std::mt19937 random_{8086};
};

TEST_P(DeviceState, GoesOnTheSameAfterLoading) {
  for (const Twin twin : {Twin::kCore, Twin::kRtl}) {
    const auto rig = GetParam().make(twin);
    for (unsigned round = 0; round < kRounds; ++round) {
      run(*rig, script());
      const Cycle now = rig->now();
      const StateBytes state = rig->save();
      const auto surroundings = rig->surroundings();
      const Script after = script();
      const auto seen = run(*rig, after);
      const StateBytes end = rig->save();

      ASSERT_TRUE(rig->load(state, now));
      rig->put_back(surroundings);
      ASSERT_TRUE(same(rig->save(), state)) << "round " << round;
      ASSERT_EQ(run(*rig, after), seen) << "round " << round;
      ASSERT_TRUE(same(rig->save(), end)) << "round " << round;
    }
  }
}

// Also that asking changes nothing: one rig is asked between the steps, the other is not.
TEST_P(DeviceState, TwinsSayTheSameAndTakeEachOthers) {
  const auto core = GetParam().make(Twin::kCore);
  const auto rtl = GetParam().make(Twin::kRtl);
  for (unsigned round = 0; round < kRounds; ++round) {
    const Script before = script();
    ASSERT_EQ(run(*core, before), run(*rtl, before)) << "round " << round;
    const StateBytes state = core->save();
    ASSERT_TRUE(same(state, rtl->save())) << "round " << round;

    const auto surroundings = core->surroundings();
    const auto new_core = GetParam().make(Twin::kCore);
    const auto new_rtl = GetParam().make(Twin::kRtl);
    ASSERT_TRUE(new_core->load(rtl->save(), rtl->now()));
    ASSERT_TRUE(new_rtl->load(state, core->now()));
    new_core->put_back(surroundings);
    new_rtl->put_back(surroundings);

    const Script after = script();
    const auto seen = run(*core, after);
    for (const auto& rig : {&rtl, &new_core, &new_rtl}) ASSERT_EQ(run(**rig, after), seen);
    for (const auto& rig : {&rtl, &new_core, &new_rtl}) {
      ASSERT_TRUE(same((*rig)->save(), core->save())) << "round " << round;
    }
  }
}

TEST_P(DeviceState, AskingChangesNothing) {
  for (const Twin twin : {Twin::kCore, Twin::kRtl}) {
    const auto asked = GetParam().make(twin);
    const auto left_alone = GetParam().make(twin);
    for (unsigned round = 0; round < kRounds / 4; ++round) {
      for (const Step& step : script()) {
        asked->apply(step);
        left_alone->apply(step);
        const StateBytes state = asked->save();
        ASSERT_EQ(asked->save(), state);
        ASSERT_EQ(asked->observed(), left_alone->observed()) << "round " << round;
      }
    }
    EXPECT_TRUE(same(asked->save(), left_alone->save()));
  }
}

TEST_P(DeviceState, RefusesWhatIsNoState) {
  for (const Twin twin : {Twin::kCore, Twin::kRtl}) {
    const auto rig = GetParam().make(twin);
    run(*rig, script());
    const StateBytes state = rig->save();
    StateBytes other = state;
    other.pop_back();
    EXPECT_FALSE(rig->load(other, rig->now()));
    other = state;
    other.push_back(0);
    EXPECT_FALSE(rig->load(other, rig->now()));
    EXPECT_TRUE(same(rig->save(), state));
  }
}

INSTANTIATE_TEST_SUITE_P(All, DeviceState, testing::ValuesIn(devices_under_test()),
                         [](const auto& device) { return std::string(device.param.name); });

}  // namespace
}  // namespace strata::test
