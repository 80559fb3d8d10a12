#include "platform/unpatched_run.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "platform/child_process.h"
#include "platform/run_control.h"
#include "platform/serial_source.h"
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
  if (!guest_.piped.empty() || !guest_.piped_bios.empty() || guest_.pipe_beside_guest) {
    return Error{"--patch runs the guest twice, and a pipe can be read once; give a file"};
  }
  const auto again = can_read_serial_again(options_.serial_in);
  if (!again) return again.failure();
  if (!again.value()) {
    return Error{"--patch runs the guest twice, and --serial-in can be read once; give a file"};
  }
  if (auto error = folder_.make("patch")) return error;
  has_disk_ = image != nullptr;
  if (has_disk_) {
    const auto copied = image->copy_to(disk(), RunControl::interrupted);
    if (!copied) return Error{copied.error() + "; set TMPDIR to a folder with room"};
  }
  // The folder goes with the process that runs the guest in it.
  const auto run_and_clear = [this](const std::function<bool()>& cancelled) {
    TemporaryFolder own;
    own.adopt(folder_.path());
    return run(cancelled);
  };
  if (auto error = later_.start(run_and_clear)) return error;
  folder_.release();
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
  add("kernel", options_.kernel);
  add("initrd", options_.initrd);
  add("serial-in", options_.serial_in);
  for (const std::string& module : options_.modules) add("module", module);
  if (has_disk_ && !options_.disk.empty()) add("disk", disk());
  if (options_.max_cycles != kNever) add("max-cycles", std::to_string(options_.max_cycles));
  if (options_.timeout) add("timeout", fmt::format("{}", options_.timeout->count()));
  if (!options_.guest.empty()) {
    const bool guest_is_disk = has_disk_ && options_.disk.empty();
    all.insert(all.end(), {"--", guest_is_disk ? disk() : options_.guest});
  }
  return all;
}

/// In the process that was started for it.
Result<std::string> UnpatchedRun::run(const std::function<bool()>& cancelled) const {
  if (cancelled()) return Error{"it was interrupted"};
  auto child = run_child("/proc/self/exe", arguments(), folder_.file("out"), cancelled);
  if (!child) return child.failure();
  const nlohmann::json found = {{"figures", read_text(folder_.file("figures.json"))},
                                {"end", fmt::format("it ended with status {}: {}", child->status,
                                                    last_line(child->messages))},
                                {"console", hash_of(folder_.file("console"))},
                                {"serial", hash_of(folder_.file("serial"))},
                                {"disk", has_disk_ ? compare_disks(cancelled) : ""}};
  return found.dump();
}

void UnpatchedRun::compare(const RunReport& figures, PatchReport& report) {
  const auto answer = later_.take(RunControl::interrupted);
  if (!answer) {
    report.not_compared = answer.error();
    return;
  }
  const auto found = nlohmann::json::parse(answer.value());
  const auto other = parse_run_report(found.at("figures"));
  if (!other || !other.value().sensitive) {
    report.not_compared = found.at("end");
    return;
  }
  report.traps_without = other.value().sensitive->executed();
  report.cycles_without = other.value().cycles;
  const auto expect = [&](bool same, const char* what) {
    if (!same) report.differences.emplace_back(what);
  };
  expect(figures.outcome == other.value().outcome, "outcome");
  expect(figures.status == other.value().status, "status");
  expect(figures.screen_hash == other.value().screen_hash, "screen");
  expect(found.at("console") == console_.value(), "console");
  expect(found.at("serial") == serial_.value(), "serial");
  expect(found.at("disk") == "", "disk");
}

/// Empty where they hold the same.
std::string UnpatchedRun::compare_disks(const std::function<bool()>& cancelled) const {
  const std::string& own = options_.disk.empty() ? options_.guest : options_.disk;
  const auto difference = compare_images({{"patched", own}, {"unpatched", disk()}}, cancelled);
  if (!difference) return difference.error();
  return difference.value() ? to_text(*difference.value()) : "";
}

}  // namespace strata
