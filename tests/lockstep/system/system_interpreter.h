// Runs a random system program in the interpreter alone.
#pragma once

#include <cstdint>
#include <string>

#include "tests/lockstep/system/system_guard.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {

struct SessionResult {
  SessionEnd end = SessionEnd::kRunning;
  std::string failure;  // with SessionEnd::kFailed
  Coverage coverage;
};

/// From the program's initial state, with the device's and the interrupts' choices from `seed`,
/// until `budget` retirements or something that ends the session. Fails on a state that cannot be.
SessionResult run_in_interpreter(const SystemProgram& program, std::uint32_t seed,
                                 std::uint64_t budget);

}  // namespace strata::test
