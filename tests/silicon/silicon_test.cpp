// The interpreter against the host's own CPU: a short run with a fixed seed, and every difference
// ever found. The long run is silicon_fuzz.
#include <gtest/gtest.h>

#include "tests/differential/flag_rules.h"
#include "tests/silicon/silicon_machine.h"

namespace strata::test {
namespace {

/// Skips where the host cannot run 32-bit code.
class Silicon : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string reason;
    machine_ = SiliconMachine::create(reason);
    if (!machine_) GTEST_SKIP() << "no native 32-bit user code here: " << reason;
  }

  /// All segments flat, registers zero, the stack in the middle of its page.
  static Registers start() {
    Registers registers;
    registers.eip = layout::kCode.base;
    registers.eflags = eflags::kIf | eflags::kReserved1;
    registers.gpr[kEsp] = layout::kStack.base + layout::kStack.size / 2;
    registers.selector.fill(layout::kDataSelector);
    registers.selector[kCs] = layout::kCodeSelector;
    return registers;
  }

  std::unique_ptr<SiliconMachine> machine_;
};

TEST_F(Silicon, RandomSequencesEndAlike) {
  constexpr std::uint64_t kInstructions = 500'000;
  constexpr std::uint64_t kFirstSeed = 0x53594C4943;
  std::uint64_t seed = kFirstSeed;
  while (machine_->counts().instructions < kInstructions) {
    const std::string report = machine_->run_seed(seed++);
    ASSERT_EQ(report, "");
  }
  // What the generator plans is mostly fit to be compared, and faults of all kinds are among it.
  const SiliconMachine::Counts& counts = machine_->counts();
  EXPECT_LT(counts.abandoned, counts.sequences / 8);
  EXPECT_LE(counts.unrepeated, 2u);
  for (const unsigned vector :
       {vector::kDivideError, vector::kDebug, vector::kBreakpoint, vector::kOverflow,
        vector::kBound, vector::kInvalidOpcode, vector::kStackFault, vector::kGeneralProtection,
        vector::kPageFault}) {
    EXPECT_GT(counts.events[vector], 0u) << "exception " << vector;
  }
  EXPECT_EQ(machine_->rows_never_planned(), std::vector<std::string>{});
}

TEST_F(Silicon, SeedsRepeat) {
  for (std::uint64_t seed = 1; seed < 50; ++seed) ASSERT_EQ(machine_->run_seed(seed), "");
  const std::uint64_t once = machine_->counts().instructions;
  for (std::uint64_t seed = 1; seed < 50; ++seed) ASSERT_EQ(machine_->run_seed(seed), "");
  EXPECT_EQ(machine_->counts().instructions, 2 * once);
}

/// A case that once differed.
struct Kept {
  const char* what;
  std::vector<CodeBytes> code;
  std::vector<std::pair<Gpr, std::uint32_t>> registers;
};

TEST_F(Silicon, KeptCasesEndAlike) {
  const Kept kKept[] = {
      {"ARPL writes only what it has raised: nothing to read-only memory here",
       {{0x63, 0x35, 0x89, 0x01, 0x00, 0x11}},
       {}},
      {"ARPL reads first: no W in the error code", {{0x63, 0xA8, 0x7D, 0xE7, 0xFF, 0xFF}}, {}},
      {"CMPXCHG8B's operand is a quadword to the alignment check",
       {{0x68, 0x02, 0x00, 0x04, 0x00},               // push 40002: AC
        {0x9D},                                       // popfd
        {0x0F, 0xC7, 0x0D, 0x24, 0x14, 0x00, 0x11}},  // cmpxchg8b [11001424]
       {}},
      {"a single step comes after the flags are as the instruction leaves them",
       {{0x68, 0x02, 0x01, 0x00, 0x00}, {0x9D}, {0x04, 0xFF}},  // push 102; popfd; add al, -1
       {{kEax, 1}}},
  };
  for (const Kept& kept : kKept) {
    Registers registers = start();
    for (const auto& [number, value] : kept.registers) registers.gpr[number] = value;
    EXPECT_EQ(machine_->run_code(registers, kept.code), "") << kept.what;
  }
}

TEST(FlagRules, EveryMnemonicHasOne) {
  EXPECT_EQ(mnemonics_without_flag_rule(), std::vector<std::string>{});
}

}  // namespace
}  // namespace strata::test
