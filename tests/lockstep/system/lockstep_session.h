// One session of a random system program: the Verilated CPU against the interpreter, instruction
// by instruction, from a given state and memory.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/cpu/cache_shape.h"
#include "tests/lockstep/system/system_device.h"
#include "tests/lockstep/system/system_guard.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {

/// All that decides what a session does.
struct SystemCase {
  CpuFamily family = CpuFamily::k586;
  CpuState initial;
  std::vector<std::uint8_t> memory;
  SystemDevice device;
  Random random;  // of interrupts and wait states
  bool interrupts = false;
  bool nmis = false;
  unsigned latency = 1;
  std::uint32_t delays = 0;  // CpuBench::set_delays()
  CacheShape caches = built_caches();
  std::uint32_t touch_pause = 0;  // touch_at_random()
  unsigned next_interrupt = 300;  // clocks until the pin rises
  unsigned next_nmi = 500;
  bool interrupt_high = false;
  std::uint64_t budget = 0;  // retirements
  /// To try the search for differences out: this byte of `memory` is another one in the CPU's.
  std::optional<std::size_t> spoiled;

  SystemCase(const SystemProgram& program, std::uint32_t seed, std::uint64_t retirements);
};

struct LockstepResult {
  SessionEnd end = SessionEnd::kRunning;
  std::string failure;  // what differs, with SessionEnd::kFailed
  std::string kind;     // the same in short, without numbers: equal for equal causes
  Coverage coverage;
  std::vector<SystemCase> points;  // the session as it was at the retirements asked for, in order
  std::vector<std::uint32_t> executed;  // linear addresses of what retired, if asked for
};

struct LockstepOptions {
  std::set<std::uint64_t> points = {};  // after so many retirements
  bool list_executed = false;
  std::string wave_file = {};  // not empty: a VCD from clock wave_start on
  std::uint64_t wave_start = 0;
};

LockstepResult run_in_lockstep(const SystemCase& system_case, const LockstepOptions& options = {});

}  // namespace strata::test
