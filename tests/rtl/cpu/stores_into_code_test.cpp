// Random programs whose stacks, pointers and interrupt handlers all lie among their own code, so
// that pushes, frames of interrupts and exceptions, string instructions and every read-modify-write
// keep changing what is executed next. CPU and interpreter must agree on every instruction (SDM
// vol. 3, 11.6).
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <span>
#include <vector>

#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {
namespace {

constexpr std::size_t kMemorySize = 0x10000;
constexpr std::uint32_t kProgram = 0x1000 - 64;  // over the end of a page
constexpr std::uint32_t kProgramBytes = 128;
constexpr std::uint8_t kVector = 0x21;

using Random = std::mt19937;

std::uint32_t pick(Random& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random()) % limit;
}

/// Whole instructions that store, with the bytes behind the opcode at random.
void append_store(Random& random, std::vector<std::uint8_t>& code) {
  static constexpr std::uint8_t kPushes[] = {0x50, 0x53, 0x54, 0x60, 0x9C, 0x06, 0x0E, 0x16, 0x1E,
                                             0x68, 0x6A, 0xE8, 0x9A, 0xCC, 0xCE, 0xC8, 0xD4, 0xAA,
                                             0xAB, 0xA4, 0xA5, 0x6C, 0x6D, 0xC9, 0x61, 0xC3, 0xCF};
  static constexpr std::uint8_t kModRm[] = {0x00, 0x01, 0x30, 0x31, 0x86, 0x87, 0x88, 0x89, 0x8C,
                                            0xC0, 0xD1, 0xF6, 0xF7, 0xFE, 0xFF, 0x8F, 0xC6, 0xC7};
  static constexpr std::uint8_t kTwoByte[] = {0x90, 0x9D, 0xAB, 0xB0, 0xB1, 0xC0, 0xC1, 0xC7,
                                              0xA4, 0xAC, 0xBA, 0xBB, 0x01, 0x0B, 0xFF};
  static constexpr std::uint8_t kPointers[] = {0, 1, 4, 5, 7};
  if (pick(random, 6) == 0) code.push_back(0x66);
  if (pick(random, 8) == 0) code.push_back(0xF3);
  const std::uint32_t kind = pick(random, 3);
  if (kind == 0) {
    code.push_back(kPushes[pick(random, std::size(kPushes))]);
    if (code.back() == 0xC8)
      code.insert(code.end(), {4, 0, static_cast<std::uint8_t>(pick(random, 4))});
    return;
  }
  if (pick(random, 10) == 0) code.push_back(0xF0);
  if (kind == 2) code.push_back(0x0F);
  code.push_back(kind == 1 ? kModRm[pick(random, std::size(kModRm))]
                           : kTwoByte[pick(random, std::size(kTwoByte))]);
  code.push_back(static_cast<std::uint8_t>(pick(random, 8) << 3 | kPointers[pick(random, 5)]));
}

std::vector<std::uint8_t> random_program(Random& random) {
  static constexpr std::uint8_t kShort[] = {0x40, 0x43, 0x47, 0x4F, 0x90, 0x93, 0xF5, 0xFD, 0xFC};
  std::vector<std::uint8_t> code;
  while (code.size() < kProgramBytes) {
    if (pick(random, 3) == 0) {
      code.push_back(kShort[pick(random, std::size(kShort))]);
    } else {
      append_store(random, code);
    }
  }
  return code;
}

class Unwritable final : public BenchDevice {
  std::uint32_t read(bool, std::uint32_t address, unsigned) override {
    return address * 0x01010101;
  }
  void write(bool, std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge() override { return kVector; }
};

std::uint32_t near_code(Random& random) {
  return kProgram + pick(random, kProgramBytes);
}

struct Program {
  CpuFamily family;
  CpuState initial;
  std::vector<std::uint8_t> memory;

  explicit Program(Random& random);
};

Program::Program(Random& random)
    : family(std::vector{CpuFamily::k386, CpuFamily::k486, CpuFamily::k586}[pick(random, 3)]),
      initial(CpuState::reset(family)),
      memory(kMemorySize) {
  const std::vector<std::uint8_t> code = random_program(random);
  std::copy(code.begin(), code.end(), memory.begin() + kProgram);
  for (std::uint32_t vector = 0; vector < 256; ++vector) {
    const std::uint32_t handler = near_code(random);
    memory[vector * 4] = static_cast<std::uint8_t>(handler);
    memory[vector * 4 + 1] = static_cast<std::uint8_t>(handler >> 8);
  }
  initial.seg[kCs].selector = 0;
  initial.seg[kCs].base = 0;
  initial.eip = kProgram + pick(random, 32);
  initial.eflags |= pick(random, 2) << 9;
  for (std::uint32_t& reg : initial.gpr) reg = near_code(random);
  initial.gpr[kEsi] = pick(random, 2) == 0 ? pick(random, 16) : near_code(random);
  initial.gpr[kEcx] = pick(random, 12);
}

struct Reach {
  unsigned retired = 0;
  bool code_changed = false;
};

/// What was compared; fails the test if CPU and interpreter differ.
Reach run(const Program& program, Random& random) {
  constexpr unsigned kMostClocks = 3000;
  std::vector<std::uint8_t> cpu_memory = program.memory;
  std::vector<std::uint8_t> checker_memory = program.memory;
  const MemoryRegion cpu{.base = 0, .size = kMemorySize, .host = cpu_memory.data()};
  const MemoryRegion checked{.base = 0, .size = kMemorySize, .host = checker_memory.data()};
  Unwritable device;
  LockstepChecker checker(std::span(&checked, 1), program.initial, program.family);
  CpuBench bench(std::span(&cpu, 1), device, program.family);
  bench.set_checker(&checker);
  bench.set_latency(1 + pick(random, 4));
  bench.load(program.initial);
  Reach reach;
  for (unsigned n = 0; n < kMostClocks && !bench.cpu().shutdown(); ++n) {
    if (pick(random, 200) == 0) bench.set_interrupt(true);
    if (!bench.clock()) {
      if (bench.state().halted != 0) bench.set_interrupt(true);
      continue;
    }
    ++reach.retired;
    if (!checker.on_retire(bench.record(), bench.state())) {
      ADD_FAILURE() << checker.report();
      break;
    }
    const CpuState state = bench.state();
    if (state.seg[kCs].base + state.eip > kMemorySize - 64)
      break;  // no code is fetched from devices
  }
  reach.code_changed =
      !std::equal(cpu_memory.begin() + kProgram, cpu_memory.begin() + kProgram + kProgramBytes,
                  program.memory.begin() + kProgram);
  return reach;
}

TEST(CpuStoresIntoCode, AgreeWithTheInterpreter) {
  constexpr unsigned kPrograms = 300;
  unsigned retired = 0;
  unsigned changed = 0;
  for (unsigned seed = 1; seed <= kPrograms && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const Program program(random);
    const Reach reach = run(program, random);
    retired += reach.retired;
    changed += reach.code_changed ? 1 : 0;
  }
  EXPECT_GT(retired, kPrograms * 50u) << "most end early";
  EXPECT_GT(changed, kPrograms * 9 / 10);
}

}  // namespace
}  // namespace strata::test
