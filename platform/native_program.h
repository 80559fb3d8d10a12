// A guest as a program of the host: the last rung that `strata compare` runs. Beside GUEST.elf lies
// GUEST.native, the same objects linked as a 32-bit process (sw/native), or GUEST.no-native, a line
// that says why there can be none.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "platform/stats/run_report.h"

namespace strata {

/// What stands for it where engines are named.
inline constexpr std::string_view kNative = "native";

/// Whether either file lies beside `guest`.
bool knows_native(const std::string& guest);

struct NativeLimits {
  std::optional<std::chrono::duration<double>> timeout;
  std::function<bool()> cancelled;
};

/// How a run of it ended.
struct NativeRun {
  std::optional<RunReport> report = {};  // status, time and outcome; the rest is not known
  bool impossible = false;               // no report: there is none, or this host has no use for it
  std::string reason = {};               // no report: why
};

/// Runs it with the guest's command line; its console goes to a file.
NativeRun run_native(const std::string& guest, const std::string& append,
                     const std::string& stdout_file, const NativeLimits& limits);

}  // namespace strata
