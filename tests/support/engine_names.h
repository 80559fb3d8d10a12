// The names of all engines, for tests that run on each, and why one cannot.
#pragma once

#include <string>
#include <vector>

#include "platform/engines.h"

namespace strata::test {

inline std::vector<std::string> all_engine_names() {
  std::vector<std::string> names;
  for (const EngineEntry& engine : engines()) names.emplace_back(engine.name);
  return names;
}

/// Why tests that need the engine skip on this host; empty where it runs.
inline std::string why_no_engine(const std::string& name) {
  const EngineOnHost host = find_engine(name)->probe();
  return host.available ? std::string() : name + ": " + host.line;
}

/// Those that run on this host.
inline std::vector<std::string> usable_engine_names() {
  std::vector<std::string> names = all_engine_names();
  std::erase_if(names, [](const std::string& name) { return !why_no_engine(name).empty(); });
  return names;
}

}  // namespace strata::test
