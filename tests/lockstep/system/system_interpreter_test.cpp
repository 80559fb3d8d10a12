// Random system programs in the interpreter alone: they go on, no state is impossible, and they
// reach every kind of thing their features are there for.
#include "tests/lockstep/system/system_interpreter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_segments.h"

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
  EXPECT_GT(coverage.task_switches, 100u);
  EXPECT_GT(coverage.partial, 100u);
  for (unsigned level = 0; level <= kV86Level; ++level) {
    EXPECT_GT(coverage.levels[level], coverage.retired / 50) << "at level " << level;
    EXPECT_TRUE(level == 0 || coverage.transitions[0][level] > 50) << "to level " << level;
    EXPECT_TRUE(level == 0 || coverage.transitions[level][0] > 50) << "from level " << level;
  }
  for (unsigned vector :
       {vector::kDivideError, vector::kDebug, vector::kInvalidOpcode, vector::kDeviceNotAvailable,
        vector::kDoubleFault, vector::kInvalidTss, vector::kSegmentNotPresent, vector::kStackFault,
        vector::kGeneralProtection, vector::kPageFault, vector::kAlignmentCheck}) {
    EXPECT_NE(coverage.exceptions[vector], 0u) << "exception " << vector;
  }
  // ARPL, far CALL and JMP, RETF, INT, IRET, IN, OUT, CLI, STI, PUSHF, POPF, LDS; LTR and others,
  // LGDT and others, LAR, LSL, MOV from and to CRn, MOV from and to DRn, LFS, BSWAP.
  for (unsigned opcode :
       {0x63u, 0x9Au,  0xEAu,  0xCBu,  0xCDu,  0xCFu,  0xECu,  0xEFu,  0xFAu,  0xFBu,  0x9Cu, 0x9Du,
        0xC5u, 0x100u, 0x101u, 0x102u, 0x103u, 0x120u, 0x122u, 0x121u, 0x123u, 0x1B4u, 0x1C9u}) {
    EXPECT_NE(coverage.opcodes[opcode], 0u) << "opcode " << std::hex << opcode;
  }
}

}  // namespace
}  // namespace strata::test
