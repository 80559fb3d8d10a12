#include "platform/run_log.h"

#include <fmt/format.h>

#include <utility>

#include "platform/output/standard_streams.h"

namespace strata {

RunLog::RunLog(std::string file, bool verbose) : file_(std::move(file)), verbose_(verbose) {}

std::optional<Error> RunLog::open() {
  if (!file_.empty()) {
    auto log = Output::create("--log " + file_, file_);
    if (!log) return log.failure();
    log_ = std::move(*log);
  }
  open_ = true;
  put(std::exchange(early_, {}));
  return std::nullopt;
}

void RunLog::record(Cycle cycle, std::string_view unit, std::string what) {
  const std::string line = fmt::format("cycle {} {} {}\n", cycle, unit, what);
  if (open_) {
    put(line);
  } else {
    early_ += line;
  }
}

void RunLog::put(const std::string& lines) {
  if (log_) log_->put(lines);
  if (!verbose_) return;
  standard_error().put(lines);
  standard_error().flush();
}

void RunLog::close() {
  if (log_) log_->close();
}

}  // namespace strata
