#include "platform/unpatched_run.h"

#include <fmt/format.h>

#include "platform/child_process.h"
#include "platform/run_control.h"
#include "platform/stats/difference.h"

namespace strata {
namespace {

std::uint64_t hash_of(const std::string& path) {
  Fnv1a hash;
  for (const char byte : read_text(path)) hash.add({static_cast<std::uint8_t>(byte)});
  return hash.value();
}

}  // namespace

std::optional<Error> UnpatchedRun::prepare(RawImage* image) {
  if (!guest_.piped.empty() || !guest_.piped_bios.empty()) {
    return Error{"--patch runs the guest twice, and a pipe can be read once; give a file"};
  }
  if (auto error = folder_.make("patch")) return error;
  if (image == nullptr) return std::nullopt;
  has_disk_ = true;
  const auto copied = image->copy_to(disk(), RunControl::interrupted);
  if (!copied) return Error{copied.error() + "; set TMPDIR to a folder with room"};
  return std::nullopt;
}

std::vector<std::string> UnpatchedRun::arguments() const {
  std::vector<std::string> all = {"run",
                                  "--quiet",
                                  "--sensitive",
                                  "--stats=" + folder_.file("figures.json"),
                                  "--console=" + folder_.file("console"),
                                  "--serial=" + folder_.file("serial")};
  all.insert(all.end(), options_.machine_arguments.begin(), options_.machine_arguments.end());
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) all.push_back(fmt::format("--{}={}", option, value));
  };
  add("append", options_.append);
  add("bios", options_.bios);
  if (has_disk_ && !options_.disk.empty()) add("disk", disk());
  if (options_.max_cycles != kNever) add("max-cycles", std::to_string(options_.max_cycles));
  if (options_.timeout) add("timeout", fmt::format("{}", options_.timeout->count()));
  if (!options_.guest.empty()) {
    const bool guest_is_disk = has_disk_ && options_.disk.empty();
    all.insert(all.end(), {"--", guest_is_disk ? disk() : options_.guest});
  }
  return all;
}

void UnpatchedRun::compare(const RunReport& figures, PatchReport& report) {
  auto child =
      run_child("/proc/self/exe", arguments(), folder_.file("out"), RunControl::interrupted);
  if (!child) {
    report.not_compared = child.error();
    return;
  }
  auto other = parse_run_report(read_text(folder_.file("figures.json")));
  if (!other || !other->sensitive) {
    report.not_compared =
        fmt::format("it ended with status {}: {}", child->status, last_line(child->messages));
    return;
  }
  report.traps_without = other->sensitive->executed();
  report.cycles_without = other->cycles;
  add_differences(figures, *other, report);
}

void UnpatchedRun::add_differences(const RunReport& figures, const RunReport& other,
                                   PatchReport& report) const {
  const auto expect = [&](bool same, const char* what) {
    if (!same) report.differences.emplace_back(what);
  };
  expect(figures.outcome == other.outcome, "outcome");
  expect(figures.status == other.status, "status");
  expect(figures.screen_hash == other.screen_hash, "screen");
  expect(console_.value() == hash_of(folder_.file("console")), "console");
  expect(serial_.value() == hash_of(folder_.file("serial")), "serial");
  if (has_disk_) expect(compare_disks().empty(), "disk");
}

/// Empty where they hold the same.
std::string UnpatchedRun::compare_disks() const {
  const std::string& own = options_.disk.empty() ? options_.guest : options_.disk;
  const auto difference =
      compare_images({{"patched", own}, {"unpatched", disk()}}, RunControl::interrupted);
  if (!difference) return difference.error();
  return difference.value() ? to_text(*difference.value()) : "";
}

}  // namespace strata
