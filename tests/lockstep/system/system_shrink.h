// From a random system program on which CPU and interpreter differ to a small one that differs in
// the same way.
#pragma once

#include <cstdint>
#include <string>

#include "tests/lockstep/system/lockstep_session.h"

namespace strata::test {

/// A session that failed: everything it takes to run it again.
struct FailedSession {
  std::uint32_t seed = 0;  // of the program
  std::uint32_t features = 0;
  std::uint32_t session = 0;
  std::uint64_t budget = 0;
  std::string kind;
};

/// The seed of a session's device and interrupts.
constexpr std::uint32_t session_seed(std::uint32_t program_seed, std::uint32_t session) {
  return program_seed * 1000 + session;
}

/// Runs the case from a point as late as a difference of the same kind still comes, then takes away
/// interrupts, instructions (NOPs in their place), memory and registers. Writes the waves of the
/// last clocks to `wave_file`; returns the report: what is left, as a listing.
std::string shrink_case(SystemCase from, const std::string& kind, const std::string& wave_file);

/// The same after leaving out the features that it does not take.
std::string shrink(FailedSession failed, const std::string& wave_file);

}  // namespace strata::test
