#include "platform/native_program.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "platform/child_process.h"
#include "platform/exit_codes.h"
#include "platform/host_cpu.h"

namespace strata {
namespace {

namespace fs = std::filesystem;

// What sw/native/native.c says on standard error.
constexpr std::string_view kBegin = "native: begin\n";
constexpr std::string_view kSeconds = "native: ";

std::string beside(const std::string& guest, const char* extension) {
  return fs::path(guest).replace_extension(extension).string();
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// Empty, or why there is no program.
std::string why_none(const std::string& guest) {
  if (is_file(beside(guest, ".native"))) return "";
  std::ifstream file(beside(guest, ".no-native"));
  std::string reason;
  if (std::getline(file, reason)) return "no native: " + reason;
  return fmt::format("no native: there is no {}", beside(guest, ".native"));
}

/// The seconds main() took, if the program came to its end.
std::optional<double> seconds_in(std::string_view messages) {
  if (!messages.starts_with(kBegin)) return std::nullopt;
  messages.remove_prefix(kBegin.size());
  if (!messages.starts_with(kSeconds)) return std::nullopt;
  messages.remove_prefix(kSeconds.size());
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(messages.data(), messages.data() + messages.size(), seconds);
  if (error != std::errc()) return std::nullopt;
  return seconds;
}

}  // namespace

bool knows_native(const std::string& guest) {
  return is_file(beside(guest, ".native")) || is_file(beside(guest, ".no-native"));
}

NativeRun run_native(const std::string& guest, const std::string& append,
                     const std::string& stdout_file, const NativeLimits& limits) {
  using Clock = std::chrono::steady_clock;
  if (std::string reason = why_none(guest); !reason.empty()) return {{}, true, reason};
  const Clock::time_point begin = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin); };
  const auto too_late = [&] { return limits.timeout && elapsed() > *limits.timeout; };
  auto child = run_child(beside(guest, ".native"), {append}, stdout_file,
                         [&] { return limits.cancelled() || too_late(); });
  if (!child) return {{}, true, "this host runs no 32-bit programs: " + child.error()};

  RunReport report;
  report.engine = kNative;
  report.guest = guest;
  report.host = host_cpu_name();
  if (const auto seconds = seconds_in(child->messages)) {
    report.outcome = "exited";
    report.status = child->status;
    report.seconds = *seconds;
    return {report};
  }
  if (limits.cancelled() || too_late()) {
    report.outcome = limits.cancelled() ? "interrupted" : "timeout";
    report.status = limits.cancelled() ? kExitInterrupted : kExitLimit;
    report.seconds = elapsed().count();
    return {report};
  }
  const std::string ended = fmt::format("the program ended with status {}", child->status);
  if (child->messages.empty()) return {{}, true, "this host runs no 32-bit programs: " + ended};
  return {{}, false, ended};
}

}  // namespace strata
