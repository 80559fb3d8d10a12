// A profile: what a run's cycles went to, by instruction and by stack of calls, with all that
// reports say of them: the profile's file holds this and nothing else (README.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/types.h"
#include "models/isa/cpu_family.h"

namespace strata {

struct ProfileFunction {
  std::string name;  // of its symbol; without one its address, "0x000f0012"
  std::uint32_t address = 0;
  std::uint64_t calls = 0;
};

struct ProfileInstruction {
  std::uint32_t address = 0;          // linear
  bool code32 = false;                // in a 32-bit code segment
  std::vector<std::uint8_t> bytes;    // empty where they are not known
  std::uint32_t function = 0;         // index
  std::optional<std::uint32_t> file;  // index; none: the guest has no line for it
  std::uint32_t line = 0;
  std::uint64_t executions = 0;  // carried out to its end
  std::vector<Cycle> cycles;     // by cause

  Cycle total() const;
};

/// A function with those that have called it.
struct ProfileStack {
  std::optional<std::uint32_t> caller;  // index of a stack before this one
  std::uint32_t function = 0;           // index
  std::uint64_t calls = 0;
  Cycle cycles = 0;  // in the function itself
  std::uint64_t instructions = 0;
};

/// What followed a label of the guest's up to the next one.
struct ProfileLabel {
  std::string name;  // empty: before the first
  std::uint64_t times = 0;
  Cycle cycles = 0;
  std::uint64_t instructions = 0;
};

struct Profile {
  std::string engine;
  std::string guest;
  std::string outcome;  // as in --stats
  CpuFamily cpu = CpuFamily::k586;
  Cycle cycles = 0;                 // of the run: the sum over all instructions
  std::uint64_t instructions = 0;   // likewise
  std::vector<std::string> causes;  // names
  std::vector<std::string> files;
  std::vector<ProfileFunction> functions;
  std::vector<ProfileInstruction> code;  // by address
  std::vector<ProfileStack> stacks;
  std::vector<ProfileLabel> labels;  // in the order they came first
};

}  // namespace strata
