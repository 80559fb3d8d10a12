// The other software engines against the interpreter on random system programs: the same states,
// times, accesses and memory at each stop, wherever it falls in a block.
#include "tests/lockstep/system/engine_pair.h"

#include <gtest/gtest.h>

#include <iostream>

#include "models/engine/block/block_engine.h"
#include "models/engine/interpreter/interpreter.h"
#include "models/engine/jit/jit_engine.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/support/environment_number.h"

namespace strata::test {
namespace {

constexpr std::uint64_t kInstructions = 100'000;  // of a program, if it does not shut down
constexpr std::uint32_t kPrograms = 12;
constexpr std::uint32_t kSessions = 20;  // starts of one program

std::unique_ptr<Engine> make_interpreter(EngineBus& bus, std::span<const MemoryRegion> memory,
                                         CpuFamily family) {
  return std::make_unique<Interpreter>(bus, memory, Cycle{1}, family);
}

std::unique_ptr<Engine> make_blocks(EngineBus& bus, std::span<const MemoryRegion> memory,
                                    CpuFamily family) {
  return std::make_unique<BlockEngine>(bus, memory, Cycle{1}, family);
}

/// With so little room that blocks are thrown away all the time.
std::unique_ptr<Engine> make_forgetful(EngineBus& bus, std::span<const MemoryRegion> memory,
                                       CpuFamily family) {
  constexpr std::size_t kRoom = 300;
  return std::make_unique<BlockEngine>(bus, memory, Cycle{1}, family, kRoom);
}

/// That translates what runs a second time.
std::unique_ptr<Engine> make_translator(EngineBus& bus, std::span<const MemoryRegion> memory,
                                        CpuFamily family) {
  return std::make_unique<JitEngine>(bus, memory, Cycle{1}, family,
                                     JitEngine::Settings{.runs = 1, .every_block = true});
}

std::unique_ptr<Engine> make_forgetful_translator(EngineBus& bus,
                                                  std::span<const MemoryRegion> memory,
                                                  CpuFamily family) {
  constexpr JitEngine::Settings kSettings{
      .steps = 600, .code = 72 << 10, .runs = 1, .every_block = true};
  return std::make_unique<JitEngine>(bus, memory, Cycle{1}, family, kSettings);
}

struct Kind {
  const char* name;
  MakeSoftwareEngine make;
  std::uint32_t most_cycles;  // of a stretch; translated code runs in long ones only
};

class EnginePair : public testing::TestWithParam<Kind> {};

/// STRATA_PAIR_PROGRAMS: how many programs instead of the usual.
std::uint32_t programs() {
  return environment_number("STRATA_PAIR_PROGRAMS", kPrograms);
}

PairResult run_programs(std::uint32_t features, const Kind& second) {
  PairResult all;
  for (std::uint32_t seed = 1; seed <= programs(); ++seed) {
    const SystemProgram program(seed, features);
    std::uint64_t left = kInstructions;
    for (std::uint32_t session = 0; left != 0 && session < kSessions; ++session) {
      const PairResult one = run_pair(program, seed * 1000 + session, left, second.most_cycles,
                                      make_interpreter, second.make);
      left -= std::min(left, one.instructions);
      all.instructions += one.instructions;
      all.stretches += one.stretches;
      all.interrupts += one.interrupts;
      all.accesses += one.accesses;
      all.foreign += one.foreign;
      if (one.failure.empty()) continue;
      ADD_FAILURE() << "seed " << seed << ", session " << session << ": " << one.failure;
      return all;
    }
  }
  std::cout << feature_names(features) << ": " << all.instructions << " instructions, "
            << all.stretches << " stretches, " << all.interrupts << " interrupts, " << all.accesses
            << " accesses, " << all.foreign << " bytes written by others\n";
  return all;
}

TEST_P(EnginePair, AtLevel0) {
  const PairResult all = run_programs(kInterrupts | kSelfModifying, GetParam());
  EXPECT_GT(all.instructions, programs() * kInstructions / 2);
  EXPECT_GT(all.foreign, 0u);
}

TEST_P(EnginePair, WithPages) {
  const PairResult all =
      run_programs(kPaging | kBigPages | kInterrupts | kSelfModifying | kRings, GetParam());
  EXPECT_GT(all.instructions, programs() * kInstructions / 2);
}

TEST_P(EnginePair, InVirtual8086Mode) {
  const PairResult all = run_programs(kV86 | kRings | kInterrupts | kNmi, GetParam());
  EXPECT_GT(all.instructions, programs() * kInstructions / 2);
}

TEST_P(EnginePair, WithEverything) {
  const PairResult all = run_programs(kAllFeatures, GetParam());
  EXPECT_GT(all.instructions, programs() * kInstructions / 2);
  EXPECT_GT(all.interrupts, 100u);
}

INSTANTIATE_TEST_SUITE_P(Engines, EnginePair,
                         testing::Values(Kind{"Block", make_blocks, 80},
                                         Kind{"BlockWithLittleRoom", make_forgetful, 80},
                                         Kind{"Jit", make_translator, 800},
                                         Kind{"JitWithLittleRoom", make_forgetful_translator, 800}),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace strata::test
