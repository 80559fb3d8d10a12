#include "platform/call_measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "platform/child_process.h"
#include "platform/exit_codes.h"
#include "platform/stats/run_report.h"
#include "platform/temporary_folder.h"
#include "sw/measure/measure_data.h"

namespace strata {
namespace {

constexpr std::size_t kDiskBytes = 64 << 10;

/// The guest's boot sector at the beginning of its disk.
bool write_disk(const std::string& path) {
  std::string image(kDiskBytes, '\0');
  std::ranges::copy(measure_image(), image.begin());
  std::ofstream file(path, std::ios::binary);
  file << image;
  return file.flush().good();
}

/// The run's figures as JSON.
Result<std::string> figures_of_measurement(const std::vector<std::string>& arguments,
                                           const std::function<bool()>& cancelled) {
  if (cancelled()) return Error{"nobody asked"};
  TemporaryFolder folder;
  if (auto error = folder.make("measure")) return *error;
  const std::string disk = folder.file("measure.img");
  const std::string figures = folder.file("figures.json");
  if (!write_disk(disk)) return Error{disk + ": cannot be written"};
  std::vector<std::string> all = {"run", "--quiet", "--explain", "--stats=" + figures};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.insert(all.end(), {"--", disk});
  auto child = run_child("/proc/self/exe", all, folder.file("console"), cancelled);
  if (!child) return child.failure();
  if (child->status != kExitOk) {
    return Error{fmt::format("the guest that measures calls ended with status {}", child->status)};
  }
  return read_text(figures);
}

}  // namespace

LaterWork::Work measurement_of_calls(std::vector<std::string> arguments) {
  return [arguments = std::move(arguments)](const std::function<bool()>& cancelled) {
    return figures_of_measurement(arguments, cancelled);
  };
}

Result<CallCosts> read_measurement(const std::string& figures) {
  auto report = parse_run_report(figures);
  if (!report) return report.failure();
  if (!report->explanation) return Error{"the run that measures calls has explained nothing"};
  return call_costs(*report->explanation);
}

}  // namespace strata
