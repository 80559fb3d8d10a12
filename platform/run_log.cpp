#include "platform/run_log.h"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

namespace strata {

RunLog::RunLog(std::string file, bool verbose) : file_(std::move(file)), verbose_(verbose) {}

RunLog::~RunLog() = default;

std::optional<Error> RunLog::open() {
  std::vector<spdlog::sink_ptr> sinks;
  try {
    if (!file_.empty()) {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_st>(file_, true));
    }
  } catch (const spdlog::spdlog_ex& error) {
    return Error{fmt::format("--log {}: cannot be written: {}", file_, error.what())};
  }
  if (verbose_) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_st>());
  logger_ = std::make_shared<spdlog::logger>("run", sinks.begin(), sinks.end());
  // Host time says nothing about a run; the cycle in the text does.
  logger_->set_pattern("%v");
  if (!early_.empty()) {
    early_.pop_back();
    logger_->info(early_);
    early_.clear();
  }
  return std::nullopt;
}

void RunLog::record(Cycle cycle, std::string_view unit, std::string what) {
  if (logger_) {
    logger_->info("cycle {} {} {}", cycle, unit, what);
  } else {
    early_ += fmt::format("cycle {} {} {}\n", cycle, unit, what);
  }
}

void RunLog::flush() {
  if (logger_) logger_->flush();
}

}  // namespace strata
