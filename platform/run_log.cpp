#include "platform/run_log.h"

#include <fmt/format.h>

#include <utility>

#include "platform/output/standard_streams.h"

namespace strata {

RunLog::RunLog(std::string name, std::string file, bool verbose)
    : name_(std::move(name)), file_(std::move(file)), verbose_(verbose) {}

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
  say("{}", named(lines));
}

std::string RunLog::named(const std::string& lines) const {
  if (name_.empty()) return lines;
  std::string result;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin) + 1;
    result += name_ + ": " + lines.substr(begin, end - begin);
    begin = end;
  }
  return result;
}

void RunLog::close() {
  if (log_) log_->close();
}

}  // namespace strata
