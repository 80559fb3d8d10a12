// Replays the fuzzers' corpus without a fuzzer, and checks what an input means.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/fuzz_machine.h"
#include "tests/fuzz/possible_state.h"
#include "tests/lockstep/system/system_guard.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {
namespace {

using Input = std::vector<std::uint8_t>;

std::vector<std::filesystem::path> corpus(const char* target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(STRATA_SOURCE_DIR) / "tests/fuzz/corpus" / target)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Input bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return Input(std::istreambuf_iterator<char>(stream), {});
}

TEST(FuzzCorpus, RunsInTheInterpreter) {
  std::uint64_t retired = 0;
  for (const auto& file : corpus("interpreter")) {
    EXPECT_EQ(run_fuzz_in_interpreter(fuzz_machine(bytes_of(file)), retired), "") << file;
  }
  EXPECT_GT(retired, 10000u);
}

TEST(FuzzCorpus, RunsInTheCore) {
  std::uint64_t retired = 0;
  for (const auto& file : corpus("rtl")) {
    EXPECT_EQ(run_fuzz_in_rtl(fuzz_machine(bytes_of(file)), retired), "") << file;
  }
  EXPECT_GT(retired, 1000u);
}

TEST(FuzzInput, EditsStateCodeAndMemory) {
  // EBX = 44332211; INC EAX, HLT at CS:EIP; 5A at 1234
  const Input input = {0x03, 0x00, 0x00, 0x03, 0x11, 0x22, 0x33, 0x44, 0x81,
                       0x40, 0xF4, 0xC0, 0x34, 0x12, 0x00, 0x00, 0x00, 0x5A};
  const FuzzMachine machine = fuzz_machine(input);
  const std::uint32_t code = machine.state.seg[kCs].base + machine.state.eip;
  EXPECT_EQ(machine.family, CpuFamily::k386);
  EXPECT_EQ(machine.state.gpr[kEbx], 0x44332211u);
  std::vector<std::uint8_t> memory;
  fill_memory(machine, memory);
  EXPECT_EQ(memory.at(SystemProgram::offset_of(code)), 0x40);
  EXPECT_EQ(memory.at(SystemProgram::offset_of(code + 1)), 0xF4);
  EXPECT_EQ(memory.at(0x1234), 0x5A);
}

TEST(PossibleState, AnyWordsBecomeAPossibleState) {
  Random random(1);
  for (unsigned n = 0; n < 2000; ++n) {
    CpuState state;
    for (auto& reg : state.gpr) reg = static_cast<std::uint32_t>(random());
    for (auto& segment : state.seg) {
      segment = {static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random()),
                 static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random())};
    }
    state.eflags = static_cast<std::uint32_t>(random());
    state.cr0 = static_cast<std::uint32_t>(random());
    state.cr4 = static_cast<std::uint32_t>(random());
    const CpuFamily family = static_cast<CpuFamily>(3 + n % 3);
    make_possible(state, family);
    EXPECT_EQ(impossible(state), "");
    EXPECT_TRUE(family == CpuFamily::k586 || state.cr4 == 0);
    const CpuState once = state;
    make_possible(state, family);
    EXPECT_EQ(state, once) << "a possible state has been changed";
  }
}

TEST(PossibleState, ResetIsOne) {
  for (CpuFamily family : {CpuFamily::k386, CpuFamily::k486, CpuFamily::k586}) {
    CpuState state = CpuState::reset(family);
    make_possible(state, family);
    EXPECT_EQ(state, CpuState::reset(family));
  }
}

}  // namespace
}  // namespace strata::test
