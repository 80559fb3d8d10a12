// The cycle-accurate machine's memory takes another time: as SDRAM, and as nobody could foresee, as
// its devices do then; and its CPU has small caches, or none. Cycles change, what a guest computes
// does not, and every instruction is the interpreter's.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "platform/rtl_machine.h"
#include "tests/guest/machine/guest_machine.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/random_latency.h"

namespace strata::test {
namespace {

struct MemoryRun {
  RunResult result;
  std::map<std::string, std::uint64_t> counters;
};

/// A whole run, checked, on a memory of `change`'s.
MemoryRun checked_run(const char* file, const std::function<void(MachineConfig&)>& change) {
  const FreshSimulation simulation;
  GuestMachine guest(file, [&](MachineConfig config) {
    config.check = true;
    change(config);
    return make_rtl_machine(config);
  });
  const RunOutcome outcome = guest.run_to(kNever);
  EXPECT_EQ(outcome.report, "");
  return {guest.result(outcome), guest.machine->counters()};
}

RunResult fixed_run(const char* file) {
  return checked_run(file, [](MachineConfig&) {}).result;
}

/// Memory pauses as it likes, and every access of it or of a device comes late.
void delay_at_random(MachineConfig& config, std::uint32_t seed) {
  config.memory_timing = [=] { return std::make_unique<RandomLatency>(seed); };
  config.bus_delay = [random = std::mt19937(seed)]() mutable { return random_delay(random); };
}

RunResult random_run(const char* file, std::uint32_t seed) {
  return checked_run(file, [=](MachineConfig& config) { delay_at_random(config, seed); }).result;
}

void expect_same_left(const RunResult& run, const RunResult& fixed) {
  EXPECT_EQ(run.end, RunEnd::kExited);
  EXPECT_EQ(run.status, 0u);
  EXPECT_EQ(run.console, fixed.console);
  EXPECT_EQ(run.serial, fixed.serial);
  EXPECT_EQ(run.disk, fixed.disk);
}

class MemoryTimingGuest : public testing::TestWithParam<const char*> {};

TEST_P(MemoryTimingGuest, RunsOnSdram) {
  auto [run, counters] =
      checked_run(GetParam(), [](MachineConfig& config) { config.sdram = true; });
  expect_same_left(run, fixed_run(GetParam()));
  EXPECT_GT(counters["memory.row_hits"], counters["memory.row_misses"]);
  EXPECT_GT(counters["memory.row_conflicts"], 0u);
  EXPECT_LE(counters["memory.row_conflicts"], counters["memory.row_misses"]);
  EXPECT_EQ(counters["memory.refreshes"], run.cycles / 390);  // 15.625 us at 25 MHz
  EXPECT_LT(counters["memory.busy_cycles"], run.cycles);
}

TEST_P(MemoryTimingGuest, RandomDelaysChangeNoResult) {
  const RunResult fixed = fixed_run(GetParam());
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    const RunResult run = random_run(GetParam(), seed);
    expect_same_left(run, fixed);
    EXPECT_NE(run.cycles, fixed.cycles);
  }
}

INSTANTIATE_TEST_SUITE_P(All, MemoryTimingGuest,
                         testing::Values("hello.elf", "disk.elf", "busy.elf", "disk_pv.elf",
                                         "vga_pv.elf"),
                         [](const auto& guest) {
                           const std::string file = guest.param;
                           return file.substr(0, file.find('.'));
                         });

// No interrupts, no polling of devices: to the instruction the same.
TEST(MemoryTiming, RandomDelaysChangeNoInstruction) {
  const RunResult fixed = fixed_run("kit.elf");
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    const RunResult run = random_run("kit.elf", seed);
    expect_same_left(run, fixed);
    EXPECT_EQ(run.instructions, fixed.instructions);
    EXPECT_EQ(run.screen, fixed.screen);
  }
}

// Guests without interrupts that read no time: what retires is the interpreter's, and as much of
// it, with all of the caches, with little of them, and without.
TEST(CacheShapes, ChangeNoInstruction) {
  for (const char* file : {"kit.elf", "passes.elf", "primes.elf"}) {
    const RunResult full = fixed_run(file);
    Cycle faster = full.cycles;
    for (const CacheShape& shape :
         {CacheShape{.sets = 8, .ways = 2}, CacheShape{.sets = 8, .ways = 2, .off = true}}) {
      SCOPED_TRACE(file + std::string(shape.off ? ", off" : ", small"));
      const RunResult run =
          checked_run(file, [&](MachineConfig& config) { config.caches = shape; }).result;
      expect_same_left(run, full);
      EXPECT_EQ(run.instructions, full.instructions);
      EXPECT_EQ(run.screen, full.screen);
      EXPECT_GT(run.cycles, faster);
      faster = run.cycles;
    }
  }
}

// With interrupts, which come elsewhere, and on a bus that answers when it likes.
TEST_P(MemoryTimingGuest, LeavesTheSameWithoutCaches) {
  const RunResult full = fixed_run(GetParam());
  for (const bool off : {false, true}) {
    SCOPED_TRACE(off);
    const auto change = [&](MachineConfig& config) {
      config.caches = {.sets = 8, .ways = 2, .off = off};
      delay_at_random(config, 5);
    };
    expect_same_left(checked_run(GetParam(), change).result, full);
  }
}

}  // namespace
}  // namespace strata::test
