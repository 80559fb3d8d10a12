// The translator against the interpreter on random loops: the same states, times, accesses and
// memory at each stop.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <random>

#include "models/base/fnv1a.h"
#include "models/engine/interpreter/interpreter.h"
#include "models/engine/jit/jit_engine.h"
#include "models/engine/lockstep/state_difference.h"
#include "tests/lockstep/flat/flat_program.h"
#include "tests/support/environment_number.h"
#include "tests/support/shared_bytes.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kPrograms = 16;
constexpr std::uint32_t kMostCycles = 3000;  // of a stretch
constexpr std::uint32_t kMostStretches = 4000;
constexpr std::uint8_t kVector = 0x28;

using MakeEngine =
    std::function<std::unique_ptr<Engine>(EngineBus&, std::span<const MemoryRegion>)>;

/// One engine with all around it. What it does at the bus, and when, goes into a sum.
class Side final : private EngineBus {
 public:
  Side(const FlatProgram& program, const MakeEngine& make)
      : storage_(program.memory().size() + 2 * kMargin),
        memory(storage_.bytes().subspan(kMargin, program.memory().size())),
        engine(make(*this, FlatProgram::regions(memory))) {
    std::ranges::fill(storage_.bytes(), kMark);
    std::ranges::copy(program.memory(), memory.begin());
    engine->load_state(program.initial());
  }

  /// Whether the host's memory around the guest's is as it was.
  bool margins_untouched() {
    const auto is_mark = [](std::uint8_t byte) { return byte == kMark; };
    return std::ranges::all_of(storage_.bytes().first(kMargin), is_mark) &&
           std::ranges::all_of(storage_.bytes().last(kMargin), is_mark);
  }

 private:
  static constexpr std::size_t kMargin = 0x10000;
  static constexpr std::uint8_t kMark = 0xA7;
  SharedBytes storage_;

 public:
  std::span<std::uint8_t> memory;
  std::unique_ptr<Engine> engine;
  StopReason reason = StopReason::kDeadline;
  Fnv1a sum;
  std::uint64_t accesses = 0;
  std::uint64_t interrupts = 0;

 private:
  std::uint32_t note(unsigned kind, std::uint32_t address, unsigned bytes, std::uint32_t value) {
    constexpr std::uint64_t kAccessesAStop = 37, kAccessesAnInterrupt = 41, kAccessesAGate = 53;
    ++accesses;
    if (accesses % kAccessesAStop == 0) engine->request_stop();
    if (accesses % kAccessesAnInterrupt == 0) engine->set_interrupt_line(true);
    if (accesses % kAccessesAGate == 0) engine->set_a20(accesses / kAccessesAGate % 2 == 0);
    sum.add({kind, address, bytes, value, static_cast<unsigned>(engine->cycle()),
             static_cast<unsigned>(engine->instructions()), engine->linear_address()});
    return address * 0x9E3779B1u + static_cast<std::uint32_t>(accesses);
  }
  std::uint32_t port_read(std::uint16_t port, unsigned bytes) override {
    return note(0, port, bytes, 0);
  }
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) override {
    note(1, port, bytes, value);
  }
  std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) override {
    return note(2, physical, bytes, 0);
  }
  void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) override {
    note(3, physical, bytes, value);
  }
  std::uint8_t acknowledge_interrupt() override {
    ++interrupts;
    engine->set_interrupt_line(false);
    return kVector;
  }
};

std::string difference(const Side& first, const Side& second, bool look_at_memory) {
  const CpuState states[] = {first.engine->state(), second.engine->state()};
  std::string what;
  if (!(states[0] == states[1])) what = "states differ";
  if (first.reason != second.reason) what = "they stop for different reasons";
  if (first.engine->cycle() != second.engine->cycle()) what = "times differ";
  if (first.engine->instructions() != second.engine->instructions()) what = "counts differ";
  if (first.sum.value() != second.sum.value()) what = "accesses to devices differ";
  if (look_at_memory && !std::ranges::equal(first.memory, second.memory)) what = "memory differs";
  return what.empty() ? what : what + '\n' + side_by_side(states[0], states[1]);
}

struct Reach {
  std::uint64_t instructions = 0;
  std::uint64_t translated = 0;  // of those, by translated code
  std::uint64_t stepped = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t accesses = 0;
  std::uint64_t stretches = 0;
  std::uint64_t flushes = 0;
};

/// Empty where the two do the same.
std::string run_program(std::uint32_t seed, FlatProgram::Setting setting,
                        const MakeEngine& make_second, Reach& reach) {
  const FlatProgram program(seed, setting);
  const auto make_first = [](EngineBus& bus, std::span<const MemoryRegion> memory) {
    return std::make_unique<Interpreter>(bus, memory, Cycle{1}, CpuFamily::k586);
  };
  Side first(program, make_first);
  Side second(program, make_second);
  std::mt19937 random(seed + 0x51ED27);
  std::string failure;
  for (std::uint32_t n = 0; n < kMostStretches && failure.empty(); ++n) {
    const CpuState before = first.engine->state();
    const Cycle until = first.engine->cycle() + 1 + random() % kMostCycles;
    const bool interrupt = random() % 4 == 0;
    for (Side* side : {&first, &second}) {
      if (interrupt) side->engine->set_interrupt_line(true);
      side->reason = side->engine->run(until);
    }
    const bool ended = first.reason == StopReason::kHalted || first.reason == StopReason::kShutdown;
    ++reach.stretches;
    failure = difference(first, second, ended || n % 64 == 0);
    if (!failure.empty()) {
      failure = "stretch " + std::to_string(n) + " from EIP " + std::to_string(before.eip) +
                " at " + std::to_string(first.engine->instructions()) + " instructions: " + failure;
    }
    if (ended) break;
  }
  if (!second.margins_untouched()) failure += "memory of the host was written";
  const auto& counts = static_cast<const JitEngine&>(*second.engine).translation_counts();
  reach.instructions += first.engine->instructions();
  reach.translated += counts.instructions;
  reach.stepped += counts.stepped;
  reach.flushes += counts.flushes;
  reach.interrupts += first.interrupts;
  reach.accesses += first.accesses;
  return failure;
}

/// STRATA_PAIR_PROGRAMS: how many programs instead of the usual. Those are short in which much
/// faults.
std::uint32_t programs(FlatProgram::Setting setting) {
  using enum FlatProgram::Setting;
  const std::uint32_t times = setting == kPaged ? 2 : setting == kSegments ? 2 : 1;
  return times * environment_number("STRATA_PAIR_PROGRAMS", kPrograms);
}

std::uint32_t first_seed() {
  return environment_number("STRATA_PAIR_SEED", 1);
}

struct Kind {
  const char* name;
  FlatProgram::Setting setting;
  JitEngine::Settings settings;
};

class FlatPair : public testing::TestWithParam<Kind> {};

TEST_P(FlatPair, DoesTheSame) {
  Reach reach;
  const FlatProgram::Setting setting = GetParam().setting;
  const auto make = [](EngineBus& bus, std::span<const MemoryRegion> memory) {
    return std::make_unique<JitEngine>(bus, memory, Cycle{1}, CpuFamily::k586, GetParam().settings);
  };
  for (std::uint32_t seed = first_seed(); seed < first_seed() + programs(setting); ++seed) {
    const std::string failure = run_program(seed, setting, make, reach);
    if (failure.empty()) continue;
    ADD_FAILURE() << "seed " << seed << ": " << failure;
    break;
  }
  std::cout << reach.instructions << " instructions, " << reach.translated << " translated, "
            << reach.stepped << " of them left to the interpreter, " << reach.stretches
            << " stretches, " << reach.interrupts << " interrupts, " << reach.accesses
            << " accesses\n";
  if (GetParam().settings.runs == 1) {
    EXPECT_GT(reach.translated, reach.instructions / 3);
  }
  if (GetParam().settings.code < JitEngine::Settings().code) {
    EXPECT_GT(reach.flushes, programs(setting) / 4);
  }
  EXPECT_GT(reach.interrupts, programs(setting));
  EXPECT_GT(reach.accesses, programs(setting));
}

using enum FlatProgram::Setting;

INSTANTIATE_TEST_SUITE_P(
    Engines, FlatPair,
    testing::Values(
        Kind{"Window", kFlat, {.runs = 1, .every_block = true}},
        Kind{"Pages", kPaged, {.runs = 1, .every_block = true}},
        Kind{"Segments", kSegments, {.runs = 1, .every_block = true}},
        Kind{"Real", kReal, {.runs = 1, .every_block = true}},
        Kind{"LittleRoom", kFlat, {.steps = 600, .code = 72 << 10, .runs = 1, .every_block = true}},
        Kind{"LittleRoomPages",
             kPaged,
             {.steps = 600, .code = 72 << 10, .runs = 1, .every_block = true}},
        Kind{"AsUsual", kFlat, {}}, Kind{"AsUsualPages", kPaged, {}},
        Kind{"AsUsualSegments", kSegments, {}}, Kind{"AsUsualReal", kReal, {}},
        Kind{"BlocksAlone", kFlat, {.runs = 1u << 30}}),
    [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace strata::test
