// The figures of one run as a value: what --stats writes and `strata compare` reads back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "models/base/text_screen.h"
#include "models/base/types.h"
#include "platform/stats/explanation.h"
#include "platform/stats/marked_figures.h"
#include "platform/stats/patch_report.h"
#include "platform/stats/sensitive_report.h"

namespace strata {

struct RunReport {
  std::string engine;
  std::string guest;
  std::string outcome;  // "exited", "halted", "triple-fault", "max-cycles", "timeout", ...
  int status = 0;       // the program's exit status; the guest's own when it exited
  Cycle cycles = 0;
  std::optional<std::uint64_t> instructions;   // KVM does not count them
  double seconds = 0;                          // host time of the run, without start-up
  std::uint64_t clock_hz = 0;                  // 0: there is no clock and there are no cycles
  std::string host;                            // the CPU's name
  std::map<std::string, std::uint64_t> exits;  // by reason
  std::map<std::string, std::uint64_t> counters;
  std::optional<MarkedFigures> marked;       // between the guest's marks
  std::string screen_hash;                   // of the final screen, see hash_screen(); empty: none
  std::vector<std::string> screen_rows;      // of each of its rows, see hash_rows()
  std::optional<Explanation> explanation;    // with --explain
  std::optional<SensitiveReport> sensitive;  // with --sensitive
  std::optional<PatchReport> patch;          // with --patch

  bool has_cycles() const { return clock_hz != 0; }
  /// Cycles an instruction.
  std::optional<double> cpi() const;
  double cycles_per_second() const;
  /// Million instructions a host second.
  std::optional<double> mips() const;
};

/// JSON text, ended by a newline. Figures that are not known are null.
std::string to_json(const RunReport& report);

/// The same back; an error says what is missing.
Result<RunReport> parse_run_report(const std::string& json);

/// 16 hexadecimal digits (FNV-1a, 64 bits) of all cells and the cursor: equal for equal screens.
std::string hash_screen(const TextScreen& screen);

/// The same for each row: characters and attributes.
std::vector<std::string> hash_rows(const TextScreen& screen);

}  // namespace strata
