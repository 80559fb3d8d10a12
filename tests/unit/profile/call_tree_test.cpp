// Which stacks a sequence of transfers makes, and what is spent in them.
#include "platform/profile/call_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/unit/profile/hand_made.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kRom = 0xFFFF0000;

class CallTreeTest : public testing::Test {
 protected:
  /// Cycles by stack, "main;leaf"; code without a symbol by its address.
  std::map<std::string, Cycle> stacks() const {
    std::map<std::string, Cycle> result;
    std::vector<std::string> names;
    for (const CallTree::Node& node : tree_.nodes()) {
      const FunctionRange& function = functions_.find(node.entry);
      std::string name = function.named() ? function.name : std::to_string(node.entry);
      if (names.empty()) name = "";
      if (!names.empty() && !names[node.parent].empty()) name = names[node.parent] + ";" + name;
      names.push_back(name);
      if (node.cycles != 0) result[name] += node.cycles;
    }
    return result;
  }

  void run_at(std::uint32_t linear, Cycle cycles = 1) {
    tree_.settle(linear);
    tree_.spend(cycles, 1);
  }

  std::uint64_t calls(std::uint32_t entry) const {
    const auto known = tree_.calls().find(entry);
    return known == tree_.calls().end() ? 0 : known->second;
  }

  using Stacks = std::map<std::string, Cycle>;

  const FunctionMap functions_{three_functions()};
  CallTree tree_{functions_};
};

TEST_F(CallTreeTest, CallAndReturn) {
  run_at(kMain, 5);
  tree_.transfer(Transfer::kCall, kMain + 5, kLeaf);
  run_at(kLeaf, 7);
  tree_.transfer(Transfer::kReturn, kLeaf + 1, kMain + 5);
  run_at(kMain + 5, 11);
  EXPECT_EQ(stacks(), (Stacks{{"main", 16}, {"main;leaf", 7}}));
  EXPECT_EQ(calls(kLeaf), 1u);
}

TEST_F(CallTreeTest, RecursionIsAStackOfItself) {
  run_at(kMain);
  tree_.transfer(Transfer::kCall, kMain + 5, kLeaf);
  run_at(kLeaf, 2);
  tree_.transfer(Transfer::kCall, kLeaf + 9, kLeaf);
  run_at(kLeaf, 3);
  tree_.transfer(Transfer::kReturn, kLeaf + 10, kLeaf + 9);
  run_at(kLeaf + 9, 4);
  EXPECT_EQ(stacks(), (Stacks{{"main", 1}, {"main;leaf", 6}, {"main;leaf;leaf", 3}}));
  EXPECT_EQ(calls(kLeaf), 2u);
}

TEST_F(CallTreeTest, TailCallReplacesItsCaller) {
  run_at(kMain);
  tree_.transfer(Transfer::kCall, kMain + 5, kLeaf);
  run_at(kLeaf, 2);
  tree_.transfer(Transfer::kJump, kLeaf + 5, kOther);
  run_at(kOther, 3);
  tree_.transfer(Transfer::kReturn, kOther + 1, kMain + 5);
  run_at(kMain + 5, 4);
  EXPECT_EQ(stacks(), (Stacks{{"main", 5}, {"main;leaf", 2}, {"main;other", 3}}));
  EXPECT_EQ(calls(kOther), 1u);
}

TEST_F(CallTreeTest, JumpIntoTheMiddleUnwinds) {  // as longjmp() does
  run_at(kMain);
  tree_.transfer(Transfer::kCall, kMain + 5, kLeaf);
  run_at(kLeaf);
  tree_.transfer(Transfer::kCall, kLeaf + 5, kOther);
  run_at(kOther);
  tree_.transfer(Transfer::kJump, kOther + 2, kMain + 20);
  run_at(kMain + 20, 8);
  tree_.transfer(Transfer::kCall, kMain + 30, kLeaf);
  run_at(kLeaf);
  EXPECT_EQ(stacks(), (Stacks{{"main", 9}, {"main;leaf", 2}, {"main;leaf;other", 1}}));
  EXPECT_EQ(calls(kMain), 0u);
}

TEST_F(CallTreeTest, ReturnPastLostFramesDropsThem) {
  run_at(kMain);
  tree_.transfer(Transfer::kCall, kMain + 5, kLeaf);
  tree_.transfer(Transfer::kCall, kLeaf + 5, kOther);
  run_at(kOther);
  tree_.transfer(Transfer::kReturn, kOther + 1, kMain + 5);
  run_at(kMain + 5, 8);
  EXPECT_EQ(stacks(), (Stacks{{"main", 9}, {"main;leaf;other", 1}}));
}

TEST_F(CallTreeTest, ReturnToNoCallerIsAJump) {  // PUSH, RET
  run_at(kMain);
  tree_.transfer(Transfer::kReturn, kMain + 7, kOther);
  run_at(kOther, 3);
  EXPECT_EQ(stacks(), (Stacks{{"main", 1}, {"other", 3}}));
}

TEST_F(CallTreeTest, CallOfTheNextInstructionOnlyReadsEip) {
  run_at(kMain);
  tree_.transfer(Transfer::kCall, kMain + 5, kMain + 5);
  run_at(kMain + 5);
  EXPECT_EQ(stacks(), (Stacks{{"main", 2}}));
  EXPECT_EQ(calls(kMain), 0u);
}

TEST_F(CallTreeTest, InterruptStandsAboveWhatItInterrupted) {
  run_at(kMain);
  tree_.transfer(Transfer::kCall, kMain + 5, kLeaf);
  run_at(kLeaf);
  tree_.interrupt(kLeaf + 3, kOther);
  run_at(kOther, 6);
  tree_.transfer(Transfer::kInterruptReturn, kOther + 1, kLeaf + 3);
  run_at(kLeaf + 3, 2);
  EXPECT_EQ(stacks(), (Stacks{{"main", 1}, {"main;leaf", 3}, {"main;leaf;other", 6}}));
}

TEST_F(CallTreeTest, HandlerMayGoOnBehindWhatFaulted) {
  run_at(kMain);
  tree_.interrupt(kMain + 8, kOther);
  run_at(kOther, 6);
  tree_.transfer(Transfer::kInterruptReturn, kOther + 1, kMain + 10);
  run_at(kMain + 10, 2);
  EXPECT_EQ(stacks(), (Stacks{{"main", 3}, {"main;other", 6}}));
}

TEST_F(CallTreeTest, CodeWithoutSymbolsGoesByWhatWasCalled) {
  run_at(kRom);
  tree_.transfer(Transfer::kCall, kRom + 3, kRom + 0x100);
  run_at(kRom + 0x100, 2);
  tree_.transfer(Transfer::kJump, kRom + 0x105, kRom + 0x180);
  run_at(kRom + 0x180, 3);
  tree_.transfer(Transfer::kReturn, kRom + 0x181, kRom + 3);
  run_at(kRom + 3);
  tree_.transfer(Transfer::kJump, kRom + 8, kMain);
  run_at(kMain, 9);
  const std::string rom = std::to_string(kRom);
  EXPECT_EQ(stacks(),
            (Stacks{{rom, 2}, {rom + ";" + std::to_string(kRom + 0x100), 5}, {"main", 9}}));
}

// The reset vector jumps to the ROM's beginning, and that to a boot sector far away.
TEST_F(CallTreeTest, CodeWithoutSymbolsFarAwayIsAnotherFunction) {
  constexpr std::uint32_t kReset = 0xFFFFFFF0;
  constexpr std::uint32_t kBootRom = 0x000F0000;
  constexpr std::uint32_t kSector = 0x00007C00;
  run_at(kReset);
  tree_.transfer(Transfer::kJump, kReset + 5, kBootRom);
  run_at(kBootRom, 2);
  tree_.transfer(Transfer::kJump, kBootRom + 0x20, kSector);
  run_at(kSector, 3);
  tree_.transfer(Transfer::kCall, kSector + 0x10, kSector + 0x80);
  run_at(kSector + 0x80, 4);
  tree_.transfer(Transfer::kJump, kSector + 0x88, kSector + 0x40);
  run_at(kSector + 0x40, 5);
  tree_.transfer(Transfer::kReturn, kSector + 0x48, kSector + 0x10);
  run_at(kSector + 0x10, 6);
  const std::string sector = std::to_string(kSector);
  EXPECT_EQ(stacks(), (Stacks{{std::to_string(kReset), 1},
                              {std::to_string(kBootRom), 2},
                              {sector, 9},
                              {sector + ";" + std::to_string(kSector + 0x80), 9}}));
  EXPECT_EQ(calls(kSector), 1u);
}

TEST_F(CallTreeTest, FallingIntoAFunctionIsSeen) {
  run_at(kOther - 1);
  run_at(kOther, 4);
  EXPECT_EQ(stacks(), (Stacks{{"leaf", 1}, {"other", 4}}));
}

TEST_F(CallTreeTest, EndlessCallsEndTheTreeAndNotTheCount) {
  run_at(kMain);
  constexpr unsigned kCalls = 100'000;
  for (unsigned n = 0; n < kCalls; ++n) {
    tree_.transfer(Transfer::kCall, kLeaf + 5, kLeaf);
    run_at(kLeaf);
  }
  EXPECT_EQ(calls(kLeaf), kCalls);
  EXPECT_LE(tree_.nodes().size(), CallTree::kMostDepth + 2);
  Cycle sum = 0;
  for (const CallTree::Node& node : tree_.nodes()) sum += node.cycles;
  EXPECT_EQ(sum, kCalls + 1);
}

}  // namespace
}  // namespace strata::test
