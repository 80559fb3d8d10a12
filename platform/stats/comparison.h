// Several runs of one guest side by side: the table and the JSON of `strata compare`. The JSON's
// keys are described in platform/stats/README.md.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/stats/difference.h"
#include "platform/stats/run_label.h"
#include "platform/stats/run_report.h"

namespace strata {

/// One run, or the one of its repeats whose time is the median.
struct ComparedRun {
  RunReport report;
  std::vector<double> seconds;  // of every repeat, in the order they ran; one at least
  Parameters parameters = {};   // that were varied

  std::string label() const { return run_label(report.engine, parameters); }
  /// Value of an option that was varied, "-" where it means nothing to the engine.
  std::string parameter(const std::string& name) const;

  /// Whether the guest came to its own end: only such runs have a time to compare.
  bool finished() const;
  /// Whether there was a machine, with screen and disk, around what ran.
  bool has_machine() const { return !report.screen_hash.empty(); }
  /// (longest - shortest) / median; nothing for a single run.
  std::optional<double> spread() const;
};

/// The options that were varied.
std::set<std::string> varied_names(const std::vector<ComparedRun>& runs);

/// A run there are no figures of.
struct MissingRun {
  std::string label;
  std::string reason;
};

/// Puts the repeats of one run, of which there is at least one, into a column.
ComparedRun merge_repeats(std::vector<RunReport> repeats);

struct Comparison {
  std::vector<ComparedRun> runs;      // in the order they ran
  std::vector<MissingRun> skipped;    // the host does not have the engine
  std::vector<MissingRun> failed;     // they ended without figures
  std::vector<std::string> unsteady;  // labels of runs whose repeats ended differently
  // Between the runs that finished.
  std::optional<Difference> screen;
  std::optional<Difference> disk;
  bool has_disk = false;  // one that was compared
  std::string note;       // for the reader of the table, may be empty

  /// Between the runs that finished.
  bool same_status() const;
  bool identical() const { return !screen && !disk && same_status() && unsteady.empty(); }
  /// Whether every run finished.
  bool complete() const;
};

/// Lines of text, figures as rows and runs as columns, with a legend; and the CPI stacks of runs
/// that have them (cpi_stack.h).
std::string to_table(const Comparison& comparison);

std::string to_json(const Comparison& comparison);

}  // namespace strata
