// What --sensitive says of a run: the privileged and sensitive instructions it executed, what a
// trap-and-emulate monitor would have had to do, and whether that would have been enough. A value:
// part of RunReport and JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace strata {

/// All executions of one instruction in one mode, of one class.
struct SensitiveInstruction {
  std::string kind;  // "privileged", "checked" or "critical", see models/isa/sensitivity.h
  std::string mode;  // "real", "v86", "level 0" to "level 3"
  std::string function;
  std::uint32_t address = 0;  // linear
  std::string instruction;
  std::uint64_t count = 0;   // carried out
  std::uint64_t faults = 0;  // ended in a fault of the guest's
  std::uint64_t first = 0;   // instructions of the run before the first of these
  std::string monitor;       // what it does, or what goes wrong
  std::string source;        // where the manual says so

  bool critical() const { return kind == "critical"; }
};

struct SensitiveReport {
  std::vector<SensitiveInstruction> instructions;  // the most frequent first

  /// Those of a kind, faults included.
  std::uint64_t executed(const std::string& kind) const;
  std::uint64_t executed() const;
  /// Popek and Goldberg's theorem 1, for what this run has executed.
  bool virtualisable() const { return executed("critical") == 0; }
  /// Critical instructions in the order of their first execution, each form in each mode once.
  std::vector<const SensitiveInstruction*> witnesses() const;
};

/// "not virtualisable classically: ...", a line, then the first witnesses.
std::string verdict_text(const SensitiveReport& report);

/// Lines of text; of the table the first `most`.
std::string to_text(const SensitiveReport& report, std::size_t most);

nlohmann::ordered_json to_json_value(const SensitiveReport& report);

/// Throws as nlohmann's reading does.
SensitiveReport read_sensitive_report(const nlohmann::json& json);

}  // namespace strata
