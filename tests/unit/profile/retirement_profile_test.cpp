// To whom the cycles of a retirement stream go.
#include "platform/profile/retirement_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/unit/profile/hand_made.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kHandler = 0x3000;
constexpr unsigned kDelay = 1;  // cycles a report comes after the last of its instruction

class RetirementProfileTest : public testing::Test {
 protected:
  void spend(CycleCause cause, unsigned cycles = 1) {
    for (unsigned n = 0; n < cycles; ++n) profile_.on_cycle(++cycle_, cause);
  }

  /// One-byte instructions: NOP, but CALL and RET where `bytes_` says so.
  void retire(std::uint32_t linear, std::uint32_t next, RetireKind kind = RetireKind::kInstruction,
              bool partial = false) {
    RetireRecord record;
    record.kind = kind;
    record.partial = partial;
    record.linear_eip = linear;
    record.length = kind == RetireKind::kInstruction ? 1 : 0;
    profile_.on_retire(record, next, true, read_);
  }

  RecordedInstruction at(std::uint32_t linear) const {
    const Recording recording = profile_.recording();
    const auto found = std::ranges::find(recording.code, linear, &RecordedInstruction::address);
    return found == recording.code.end() ? RecordedInstruction{} : *found;
  }

  Cycle cycles_at(std::uint32_t linear, CycleCause cause) const {
    const RecordedInstruction one = at(linear);
    return one.cycles.empty() ? 0 : one.cycles[static_cast<std::size_t>(cause)];
  }

  Cycle sum() const {
    Cycle all = 0;
    for (const RecordedInstruction& one : profile_.recording().code) {
      all = std::accumulate(one.cycles.begin(), one.cycles.end(), all);
    }
    return all;
  }

  const FunctionMap functions_{three_functions()};
  RetirementProfile profile_{functions_, CpuFamily::k586, kDelay};
  const ReadCode read_ = [](std::uint32_t, std::span<std::uint8_t> bytes) {
    std::ranges::fill(bytes, std::uint8_t{0x90});
    return bytes.size();
  };
  Cycle cycle_ = 0;
};

TEST_F(RetirementProfileTest, CyclesUpToARetirementAreItsInstructions) {
  spend(CycleCause::kFetch, 3);  // 1 to 3: main
  spend(CycleCause::kExecute);   // 4: its last
  spend(CycleCause::kMemory);    // 5: of the next; main is reported
  retire(kMain, kMain + 1);
  spend(CycleCause::kMemory, 4);  // 6 to 9
  spend(CycleCause::kExecute);    // 10: its last
  spend(CycleCause::kFetch);      // 11: of the third
  retire(kMain + 1, kMain + 2);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kFetch), 3u);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kExecute), 1u);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kMemory), 0u);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kMemory), 5u);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kExecute), 1u);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kFetch), 0u);
  EXPECT_EQ(sum(), 10u);
}

TEST_F(RetirementProfileTest, WhatIsLeftAtTheEndIsOfTheInstructionToCome) {
  spend(CycleCause::kExecute, 2);
  retire(kMain, kMain + 1);
  spend(CycleCause::kBus, 5);
  profile_.finish(7, false, read_);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kExecute), 1u);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kExecute), 1u);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kBus), 5u);
  EXPECT_EQ(at(kMain + 1).executions, 0u);
  EXPECT_EQ(sum(), 7u);
}

TEST_F(RetirementProfileTest, WhatEndsTheRunIsExecuted) {
  spend(CycleCause::kExecute, 2);
  retire(kMain, kMain + 1);
  spend(CycleCause::kBus, 5);
  profile_.finish(7, true, read_);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kBus), 5u);
  EXPECT_EQ(at(kMain + 1).executions, 1u);
}

TEST_F(RetirementProfileTest, IterationsAreOneExecution) {
  for (unsigned n = 0; n < 3; ++n) {
    spend(CycleCause::kMemory, 2);
    retire(kMain, n == 2 ? kMain + 1 : kMain, RetireKind::kInstruction, n != 2);
  }
  EXPECT_EQ(at(kMain).executions, 1u);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kMemory), 5u);  // the sixth is not reported yet
}

TEST_F(RetirementProfileTest, ExceptionIsOfItsInstructionAndInterruptOfItsHandler) {
  spend(CycleCause::kExecute, 4);
  retire(kMain, kHandler, RetireKind::kException);
  spend(CycleCause::kExecute, 2);
  retire(kHandler, kMain);
  spend(CycleCause::kMicrocode, 6);
  retire(kMain, kHandler + 8, RetireKind::kInterrupt);
  spend(CycleCause::kExecute, 2);
  retire(kHandler + 8, kHandler + 9);
  EXPECT_EQ(at(kMain).executions, 0u);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kExecute), 3u);
  EXPECT_EQ(cycles_at(kHandler, CycleCause::kExecute), 2u);  // with the one before its report
  EXPECT_EQ(cycles_at(kHandler + 8, CycleCause::kMicrocode), 6u);
  EXPECT_EQ(at(kHandler + 8).executions, 1u);
}

TEST_F(RetirementProfileTest, SleepIsOfTheHlt) {
  spend(CycleCause::kExecute, 2);
  retire(kMain, kMain + 1);  // HLT
  spend(CycleCause::kHalted, 3);
  cycle_ += 90;  // the clock stands still
  spend(CycleCause::kMicrocode, 5);
  retire(kMain + 1, kHandler, RetireKind::kInterrupt);
  spend(CycleCause::kExecute, 2);
  retire(kHandler, kHandler + 1);
  profile_.finish(cycle_, false, read_);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kHalted), 93u);
  EXPECT_EQ(cycles_at(kHandler, CycleCause::kMicrocode), 5u);
  EXPECT_EQ(sum(), cycle_);
}

TEST_F(RetirementProfileTest, SleepToTheEndIsOfTheHlt) {
  spend(CycleCause::kExecute);
  spend(CycleCause::kHalted);
  retire(kMain, kMain + 1);
  profile_.finish(100, false, read_);
  EXPECT_EQ(cycles_at(kMain, CycleCause::kHalted), 99u);
  EXPECT_EQ(sum(), 100u);
}

TEST_F(RetirementProfileTest, WaitingForADeviceIsUncachedFromTheFirstCycle) {
  spend(CycleCause::kExecute);  // 1: main
  spend(CycleCause::kDataMiss);
  retire(kMain, kMain + 1);
  spend(CycleCause::kDataMiss, 3);  // 2 to 5: of the next
  profile_.on_uncached(3);
  spend(CycleCause::kExecute, 2);
  retire(kMain + 1, kMain + 2);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kDataMiss), 1u);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kUncached), 3u);
  EXPECT_EQ(cycles_at(kMain + 1, CycleCause::kExecute), 1u);
}

TEST_F(RetirementProfileTest, TreeHasWhatTheInstructionsHave) {
  const ReadCode call = [](std::uint32_t, std::span<std::uint8_t> bytes) {
    bytes[0] = 0xE8;  // CALL rel32
    return bytes.size();
  };
  RetireRecord record;
  record.linear_eip = kMain;
  record.length = 5;
  profile_.on_retire({}, kMain, true, read_);  // CS.D is that of the instruction to come
  spend(CycleCause::kExecute, 3);
  profile_.on_retire(record, kLeaf, true, call);
  spend(CycleCause::kMemory, 4);
  retire(kLeaf, kLeaf + 1);
  const auto& nodes = profile_.recording().tree->nodes();
  const auto leaf = std::ranges::find(nodes, kLeaf, &CallTree::Node::entry);
  ASSERT_NE(leaf, nodes.end());
  EXPECT_EQ(nodes[leaf->parent].entry, kMain);
  EXPECT_EQ(nodes[leaf->parent].cycles, 2u);
  EXPECT_EQ(leaf->cycles, 4u);
  EXPECT_EQ(leaf->calls, 1u);
}

}  // namespace
}  // namespace strata::test
