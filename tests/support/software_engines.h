// The engines that carry instructions out in software, alone, for tests that need no machine around
// them; tests/silicon/software_engines_test.cpp looks whether one of the program's is missing.
#pragma once

#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "models/engine/engine.h"
#include "models/isa/cpu_family.h"

namespace strata::test {

/// A cycle an instruction; what can be translated is, at once. Null: the host lacks what it needs.
using MakeSoftwareEngine = std::unique_ptr<Engine> (*)(EngineBus& bus,
                                                       std::span<const MemoryRegion> memory,
                                                       CpuFamily family);

struct SoftwareEngineEntry {
  std::string_view name;
  MakeSoftwareEngine make;
  std::string (*lacking)();  // what the host lacks, or nothing
};

inline void PrintTo(const SoftwareEngineEntry& engine, std::ostream* out) {
  *out << engine.name;
}

/// The interpreter, which the others are compared with, is the first.
std::span<const SoftwareEngineEntry> software_engines();

/// Null if there is none of that name.
const SoftwareEngineEntry* find_software_engine(std::string_view name);

}  // namespace strata::test
