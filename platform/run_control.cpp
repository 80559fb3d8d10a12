#include "platform/run_control.h"

#include <utility>

#include "platform/output/output.h"

namespace strata {

RunControl::RunControl(RunLimits limits) : limits_(limits) {}

void RunControl::set_progress(std::chrono::milliseconds interval, Progress progress) {
  interval_ = interval;
  progress_ = std::move(progress);
}

void RunControl::start() {
  if (start_) return;
  start_ = Clock::now();
  next_progress_ = *start_ + interval_;
}

std::optional<RunEnd> RunControl::poll(const Machine& machine) {
  start();
  const auto now = Clock::now();
  if (progress_ && now >= next_progress_) {
    next_progress_ = now + interval_;
    progress_(machine);
  }
  if (interrupted()) return RunEnd::kInterrupted;
  if (Output::any_failed()) return RunEnd::kOutputFailed;
  if (limits_.timeout && now - *start_ >= *limits_.timeout) return RunEnd::kTimeout;
  return std::nullopt;
}

double RunControl::elapsed() const {
  if (!start_) return 0;
  return std::chrono::duration<double>(Clock::now() - *start_).count();
}

}  // namespace strata
