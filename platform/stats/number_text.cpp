#include "platform/stats/number_text.h"

#include <fmt/format.h>

#include <cmath>

namespace strata {
namespace {

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string group_digits(std::uint64_t value) {
  std::string text = fmt::format("{}", value);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string seconds_text(double seconds) {
  if (seconds < 1) return fmt::format("{:.1f} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.2f} s", seconds);
  return clock_text(seconds) + (seconds < 3600 ? " min" : " h");
}

std::string status_text(const RunProgress& progress) {
  std::string text = fmt::format("{} cycles  {:.3f} MHz", group_digits(progress.cycles),
                                 progress.cycles_per_second / 1e6);
  if (progress.instructions != 0) {
    text += fmt::format("  {:.3f} MIPS", progress.instructions_per_second / 1e6);
  }
  text += fmt::format("  {} elapsed", clock_text(progress.seconds));
  if (progress.max_cycles && progress.cycles_per_second > 0) {
    const auto left = static_cast<double>(*progress.max_cycles - progress.cycles);
    text += fmt::format("  {} left at most", clock_text(left / progress.cycles_per_second));
  }
  return text;
}

}  // namespace strata
