// Two software engines, each with memory and a device of its own that answer alike, run from one
// random system program over the same stretches of time. What they do must be the same.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "models/engine/engine.h"
#include "tests/lockstep/system/system_program.h"

namespace strata::test {

using MakeSoftwareEngine = std::function<std::unique_ptr<Engine>(
    EngineBus& bus, std::span<const MemoryRegion> memory, CpuFamily family)>;

struct PairResult {
  std::string failure;  // what differs; empty: nothing
  std::uint64_t instructions = 0;
  std::uint64_t stretches = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t accesses = 0;  // of ports and device registers
  std::uint64_t foreign = 0;   // bytes of memory that another master has written
};

/// From the program's initial state until `instructions` or a shutdown. `seed` decides the device's
/// answers, the stretches of time, `most_cycles` at most, the interrupts, and what another master
/// writes.
PairResult run_pair(const SystemProgram& program, std::uint32_t seed, std::uint64_t instructions,
                    std::uint32_t most_cycles, const MakeSoftwareEngine& first,
                    const MakeSoftwareEngine& second);

}  // namespace strata::test
