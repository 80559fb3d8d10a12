#include "tests/fuzz/fuzz_machine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "tests/fuzz/possible_state.h"
#include "tests/lockstep/system/system_features.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {
namespace {

constexpr unsigned kStateWords = 66;
static_assert(sizeof(CpuState) == kStateWords * 4, "an edit names a word of the state");

constexpr std::array<std::uint32_t, 4> kProgramFeatures = {
    kAllFeatures, kAllFeatures & ~(kPaging | kBigPages), kRings | kTasks, kNoFeatures};

const SystemProgram& program(unsigned number) {
  static std::array<std::unique_ptr<SystemProgram>, kProgramFeatures.size()> programs;
  if (!programs[number]) {
    programs[number] = std::make_unique<SystemProgram>(number + 1, kProgramFeatures[number]);
  }
  return *programs[number];
}

/// Takes bytes off the front of the input; zeros when there are none left.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> input) : left_(input) {}

  bool done() const { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t value = left_.front();
    left_ = left_.subspan(1);
    return value;
  }
  std::uint32_t word() {
    std::uint32_t value = 0;
    for (unsigned n = 0; n < 4; ++n) {
      value |= std::uint32_t{byte()} << (8 * n);
    }
    return value;
  }
  std::span<const std::uint8_t> bytes(std::size_t count) {
    const std::span<const std::uint8_t> taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::uint8_t> left_;
};

/// Code goes where CS:EIP is in the end, so it is collected first.
void apply_edits(Reader& input, FuzzMachine& machine, std::vector<std::uint8_t>& code) {
  std::array<std::uint32_t, kStateWords> words;
  std::memcpy(words.data(), &machine.state, sizeof(words));
  while (!input.done()) {
    const std::uint8_t what = input.byte();
    if (what < 0x80) {
      words[what & 0x3F] = input.word();
    } else if (what < 0xC0) {
      const std::span<const std::uint8_t> bytes = input.bytes((what & 0x3F) + 1u);
      code.insert(code.end(), bytes.begin(), bytes.end());
    } else {
      const std::uint32_t address = input.word();
      const std::span<const std::uint8_t> bytes = input.bytes((input.byte() & 0x3F) + 1u);
      machine.patches.push_back({address, {bytes.begin(), bytes.end()}});
    }
  }
  std::memcpy(static_cast<void*>(&machine.state), words.data(), sizeof(words));
}

void enter_real_mode(CpuState& state) {
  const std::uint32_t code = state.seg[kCs].base;
  state.cr0 &= ~(cr0::kPe | cr0::kPg);
  for (SegmentState& s : state.seg) {
    s = {.selector = s.selector, .base = s.selector << 4, .limit = 0xFFFF, .attributes = 0x93};
  }
  state.seg[kCs].base = code & 0xFFFF0;
  state.seg[kCs].selector = (code & 0xFFFF0) >> 4;
}

}  // namespace

std::uint32_t FuzzValues::next() {
  state_ = state_ * 1664525 + 1013904223;
  return state_ >> 8 ^ state_ << 20;
}

FuzzMachine fuzz_machine(std::span<const std::uint8_t> input) {
  Reader reader(input);
  const std::uint8_t choice = reader.byte();
  const std::uint8_t mode = reader.byte();
  const SystemProgram& from = program(choice & 3);
  FuzzMachine machine{.family = static_cast<CpuFamily>(3 + (choice >> 2 & 3) % 3),
                      .state = from.initial(),
                      .program = choice & 3u,
                      .interrupt_period = (mode >> 4) * 5u,
                      .seed = reader.byte()};
  if ((mode & 3) == 1) {
    enter_real_mode(machine.state);
  } else if ((mode & 3) == 2) {
    machine.state.eflags |= eflags::kVm;
    machine.state.seg[kCs].selector = 0xF000;
  }
  std::vector<std::uint8_t> code;
  apply_edits(reader, machine, code);
  make_possible(machine.state, machine.family);
  machine.patches.push_back({machine.state.seg[kCs].base + machine.state.eip, std::move(code)});
  return machine;
}

void fill_memory(const FuzzMachine& machine, std::vector<std::uint8_t>& memory) {
  memory = program(machine.program).memory();
  for (const FuzzMachine::Patch& patch : machine.patches) {
    for (std::size_t n = 0; n < patch.bytes.size(); ++n) {
      const std::int64_t offset =
          SystemProgram::offset_of(patch.physical + static_cast<std::uint32_t>(n));
      if (offset >= 0) {
        memory[offset] = patch.bytes[n];
      }
    }
  }
}

}  // namespace strata::test
