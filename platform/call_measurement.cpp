#include "platform/call_measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "platform/child_process.h"
#include "platform/exit_codes.h"
#include "platform/run_control.h"
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

}  // namespace

Result<CallCosts> measure_calls(const std::vector<std::string>& arguments) {
  TemporaryFolder folder;
  if (auto error = folder.make("measure")) return *error;
  const std::string disk = folder.file("measure.img");
  const std::string figures = folder.file("figures.json");
  if (!write_disk(disk)) return Error{disk + ": cannot be written"};
  std::vector<std::string> all = {"run", "--quiet", "--explain", "--stats=" + figures};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.insert(all.end(), {"--", disk});
  auto child = run_child("/proc/self/exe", all, folder.file("console"), RunControl::interrupted);
  if (!child) return child.failure();
  if (child->status != kExitOk) {
    return Error{fmt::format("the guest that measures calls ended with status {}", child->status)};
  }
  std::ifstream file(figures, std::ios::binary);
  auto report = parse_run_report({std::istreambuf_iterator<char>(file), {}});
  if (!report) return report.failure();
  if (!report->explanation) return Error{"the run that measures calls has explained nothing"};
  return call_costs(*report->explanation);
}

}  // namespace strata
