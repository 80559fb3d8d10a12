// The log of a run: what devices report through EventLog, one line an event, to a file (--log) and
// to standard error (--verbose).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/base/event_log.h"
#include "models/base/result.h"
#include "platform/output/output.h"

namespace strata {

class RunLog : public EventLog {
 public:
  /// `name` of a machine beside others begins each line on standard error; empty: it is alone.
  RunLog(std::string name, std::string file, bool verbose);

  /// Whether anybody listens; if not, devices get a null pointer instead of this.
  bool wanted() const { return verbose_ || !file_.empty(); }

  /// Opens the file, emptying it. Events before it are kept and written then.
  std::optional<Error> open();

  void record(Cycle cycle, std::string_view unit, std::string what) override;

  /// Writes out what is buffered.
  void close();

 private:
  void put(const std::string& lines);
  std::string named(const std::string& lines) const;

  std::string name_;
  std::string file_;
  bool verbose_;
  bool open_ = false;
  std::string early_;
  std::unique_ptr<Output> log_;  // null without --log
};

}  // namespace strata
