// Several runs of one guest side by side: the table and the JSON of `strata compare`.
#pragma once

#include <string>
#include <vector>

#include "platform/stats/run_report.h"

namespace strata {

struct SkippedEngine {
  std::string engine;
  std::string reason;
};

struct Comparison {
  std::vector<RunReport> runs;  // in the order they ran
  std::vector<SkippedEngine> skipped;
  bool same_screen = true;
  bool same_disk = true;  // also when there is no disk
  bool has_disk = false;
  std::string note;  // for the reader of the table, may be empty

  bool same_status() const;
  bool identical() const { return same_screen && same_disk && same_status(); }
};

/// Lines of text, figures as rows and engines as columns.
std::string to_table(const Comparison& comparison);

/// {"runs": [...], "skipped": [...], "identical": ...}, ended by a newline. `slow_down` in each run
/// is its time over the fastest one's.
std::string to_json(const Comparison& comparison);

}  // namespace strata
