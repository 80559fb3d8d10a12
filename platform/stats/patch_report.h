// What --patch says of a run: which sensitive instructions were replaced before they ran, and what
// that saves. A value: part of RunReport and JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace strata {

/// A sensitive instruction of the guest's.
struct PatchedPlace {
  std::string form;  // "routine", "trap byte" or "trap"
  std::string why;   // it is no routine; else empty
  std::string mode;
  std::string function;
  std::uint32_t address = 0;  // linear
  std::string instruction;
  std::uint64_t executed = 0;
};

struct PatchReport {
  std::vector<PatchedPlace> places;  // the most frequent first
  std::uint64_t trap_cycles = 0;     // what a trap is taken to cost
  // Of this run, and of the same guest unpatched.
  std::uint64_t traps = 0;
  std::uint64_t cycles = 0;
  std::uint64_t traps_without = 0;
  std::uint64_t cycles_without = 0;
  std::vector<std::string> differences;  // of what the two runs show
  std::string not_compared;              // why there was no other run; else empty

  /// What does not depend on time differs (sw/README.md: that goes to the console).
  bool wrong() const;
  std::uint64_t cost() const { return cycles + traps * trap_cycles; }
  std::uint64_t cost_without() const { return cycles_without + traps_without * trap_cycles; }
};

/// Lines of text; of the places the first `most`.
std::string to_text(const PatchReport& report, std::size_t most);

nlohmann::ordered_json to_json_value(const PatchReport& report);

}  // namespace strata
