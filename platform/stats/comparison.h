// Several runs of one guest side by side: the table and the JSON of `strata compare`. The JSON's
// keys are described in platform/stats/README.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/stats/difference.h"
#include "platform/stats/run_report.h"

namespace strata {

/// One engine's run, or the one of its repeats whose time is the median.
struct ComparedRun {
  RunReport report;
  std::vector<double> seconds;  // of every repeat, in the order they ran; one at least

  /// Whether the guest came to its own end: only such runs have a time to compare.
  bool finished() const;
  /// (longest - shortest) / median; nothing for a single run.
  std::optional<double> spread() const;
};

/// An engine there are no figures of.
struct MissingEngine {
  std::string engine;
  std::string reason;
};

/// Puts the repeats of one engine, of which there is at least one, into a column.
ComparedRun merge_repeats(std::vector<RunReport> repeats);

struct Comparison {
  std::vector<ComparedRun> runs;       // in the order they ran
  std::vector<MissingEngine> skipped;  // the host does not have them
  std::vector<MissingEngine> failed;   // they ended without figures
  std::vector<std::string> unsteady;   // repeats of these engines ended differently
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

/// Lines of text, figures as rows and engines as columns, with a legend.
std::string to_table(const Comparison& comparison);

std::string to_json(const Comparison& comparison);

}  // namespace strata
