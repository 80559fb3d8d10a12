// The profile of an engine that counts in place.
#include "platform/profile/engine_profile.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/profile/hand_made.h"

namespace strata::test {
namespace {

constexpr Cycle kCpi = 3;

std::size_t read_nops(std::uint32_t, std::span<std::uint8_t> bytes) {
  std::ranges::fill(bytes, std::uint8_t{0x90});
  return bytes.size();
}

TEST(EngineProfile, CyclesAreExecutionsAndWhatElseTookTheirTime) {
  const FunctionMap functions(three_functions());
  EngineProfile profile(functions, kCpi);
  profile.at(kMain, true) = {.executions = 5, .others = 2};
  profile.at(kLeaf, false) = {.executions = 0, .others = 1};
  profile.on_sleep(kMain, 40);
  profile.on_sleep(kMain + 9, 7);  // the last byte of an HLT with a prefix
  const Recording recording = profile.recording(read_nops, CpuFamily::k586);
  EXPECT_EQ(recording.causes, (std::vector<std::string>{"execute", "halted"}));
  ASSERT_EQ(recording.code.size(), 3u);
  const auto at = [&](std::uint32_t linear) {
    return *std::ranges::find(recording.code, linear, &RecordedInstruction::address);
  };
  EXPECT_EQ(at(kMain).executions, 5u);
  EXPECT_TRUE(at(kMain).code32);
  EXPECT_EQ(at(kMain).bytes, std::vector<std::uint8_t>{0x90});
  EXPECT_EQ(at(kMain).cycles, (std::vector<Cycle>{(5 + 2) * kCpi, 40}));
  EXPECT_FALSE(at(kLeaf).code32);
  EXPECT_EQ(at(kLeaf).cycles, (std::vector<Cycle>{1 * kCpi, 0}));
  EXPECT_EQ(at(kMain + 9).cycles, (std::vector<Cycle>{0, 7}));
}

TEST(EngineProfile, TreeHasWhatWentByBetweenTransfers) {
  const FunctionMap functions(three_functions());
  EngineProfile profile(functions, kCpi);
  EXPECT_FALSE(profile.inside(kMain));
  profile.on_transfer(Transfer::kCall, kMain + 20, kMain + 25, kLeaf, {30, 10});
  EXPECT_TRUE(profile.inside(kLeaf + 1));
  EXPECT_FALSE(profile.inside(kMain + 25));
  profile.on_transfer(Transfer::kReturn, kLeaf + 4, kLeaf + 5, kMain + 25, {36, 12});
  EXPECT_TRUE(profile.inside(kMain));
  profile.finish({51, 17});
  const auto& nodes = profile.recording(read_nops, CpuFamily::k586).tree->nodes();
  ASSERT_EQ(nodes.size(), 3u);
  EXPECT_EQ(nodes[1].entry, kMain);
  EXPECT_EQ(nodes[1].cycles, 30u + 15u);
  EXPECT_EQ(nodes[1].instructions, 10u + 5u);
  EXPECT_EQ(nodes[2].entry, kLeaf);
  EXPECT_EQ(nodes[2].cycles, 6u);
  EXPECT_EQ(nodes[2].instructions, 2u);
}

}  // namespace
}  // namespace strata::test
