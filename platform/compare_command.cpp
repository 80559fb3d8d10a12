// `strata compare`: one guest on several engines, each in a child process `strata run`, because a
// SystemC simulation can be built only once in a process. Each works on a copy of the disk image of
// its own, so every engine starts from the same bytes.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "platform/child_process.h"
#include "platform/commands.h"
#include "platform/disk/raw_image.h"
#include "platform/engines.h"
#include "platform/exit_codes.h"
#include "platform/loader/guest_loader.h"
#include "platform/output/output_file.h"
#include "platform/output/standard_streams.h"
#include "platform/run_control.h"
#include "platform/stats/comparison.h"
#include "platform/stop_signals.h"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// A folder of its own under the host's temporary folder, gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// False where the host does not let it be made.
  bool make() {
    std::string pattern = (fs::temp_directory_path() / "strata-compare-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    return !path_.empty();
  }

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The last line with something on it, without the program's name before it.
std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const std::size_t newline = text.rfind('\n', end);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  std::string line = text.substr(begin, end + 1 - begin);
  const std::string prefix = "strata: ";
  return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
}

bool same_content(const std::string& a, const std::string& b) {
  std::ifstream left(a, std::ios::binary);
  std::ifstream right(b, std::ios::binary);
  std::vector<char> left_part(1 << 20);
  std::vector<char> right_part(left_part.size());
  while (left && right) {
    left.read(left_part.data(), static_cast<std::streamsize>(left_part.size()));
    right.read(right_part.data(), static_cast<std::streamsize>(right_part.size()));
    if (left.gcount() != right.gcount() || left_part != right_part) return false;
  }
  return left.eof() && right.eof();
}

class CompareRun {
 public:
  explicit CompareRun(const CompareOptions& options) : options_(options) {}

  int execute();

 private:
  std::optional<Error> check_input();
  std::optional<Error> run_engine(const CompareOptions::Engine& engine);
  std::vector<std::string> arguments(const CompareOptions::Engine& engine,
                                     const std::string& name) const;
  std::optional<Error> copy_disk(const std::string& to) const;
  void compare_disks();
  void add_note();
  int exit_status() const;

  const CompareOptions& options_;
  TemporaryFolder folder_;
  std::string guest_;                // the guest given, or a copy of what came through a pipe
  std::string disk_;                 // the image given, or empty
  std::unique_ptr<RawImage> image_;  // the same, where it is copied
  Comparison comparison_;
};

std::optional<Error> CompareRun::check_input() {
  const RunOptions& run = options_.common;
  auto guest = load_guest({run.guest, run.bios, run.append, run.memory_bytes});
  if (!guest) return Error{guest.error()};
  disk_ = run.disk.empty() && guest->is_disk_image ? run.guest : run.disk;
  comparison_.has_disk = !disk_.empty();
  if (comparison_.has_disk) {
    auto image = RawImage::open(
        disk_, run.disk_shared || !options_.share_disk ? ImageUse::kShare : ImageUse::kOwn);
    if (!image) return Error{image.error()};
    // Nobody may write to it while it is copied; the engines take it themselves where they share
    // it.
    if (!options_.share_disk) image_ = std::move(*image);
  }
  // From here on there is something to clear away. The children get Ctrl-C too and end by
  // themselves; this process then reports what there is.
  catch_stop_signals();
  if (!folder_.make()) {
    return Error{
        fmt::format("{}: no temporary folder can be made there; set TMPDIR to one where it can",
                    fs::temp_directory_path().string())};
  }
  guest_ = run.guest;
  if (!guest->piped.empty()) {
    guest_ = folder_.file("guest");
    write_document({"guest", guest_, true}, {guest->piped.begin(), guest->piped.end()});
  }
  return check_outputs({{"--json", options_.json, true}}, {run.guest, run.bios, run.disk});
}

std::vector<std::string> CompareRun::arguments(const CompareOptions::Engine& engine,
                                               const std::string& name) const {
  // Options of the same name given later would be refused, so the user's --disk is left out.
  std::vector<std::string> all = {"run", "--engine=" + name, "--quiet",
                                  "--stats=" + folder_.file(name + ".json")};
  for (const std::string& argument : engine.arguments) {
    if (!argument.starts_with("--disk=")) all.push_back(argument);
  }
  if (!disk_.empty()) {
    all.push_back("--disk=" + (options_.share_disk ? disk_ : folder_.file(name + ".img")) +
                  (options_.share_disk && options_.common.disk_shared ? ",share" : ""));
  }
  if (!guest_.empty()) {
    all.push_back("--");
    all.push_back(guest_);
  }
  return all;
}

std::optional<Error> CompareRun::copy_disk(const std::string& to) const {
  if (!image_) return std::nullopt;
  const auto copied = image_->copy_to(to);
  if (copied) return std::nullopt;
  return Error{copied.error() + "; set TMPDIR to a folder with room"};
}

std::optional<Error> CompareRun::run_engine(const CompareOptions::Engine& engine) {
  const std::string name(engine.entry->name);
  if (auto error = copy_disk(folder_.file(name + ".img"))) return error;
  say("strata: running {} ...\n", name);
  const std::string messages = folder_.file(name + ".err");
  const auto child = run_child("/proc/self/exe", arguments(engine, name),
                               folder_.file(name + ".out"), messages, RunControl::interrupted);
  if (!child) return Error{child.error()};
  // The input has been checked: what is left for the child to refuse is the engine itself. Without
  // figures nothing ran, whatever the status.
  const std::string figures = read_text(folder_.file(name + ".json"));
  const std::string reason = last_line(read_text(messages));
  if (figures.empty() && child.value().status == kExitBadInput) {
    comparison_.skipped.push_back({name, reason});
    return std::nullopt;
  }
  auto report = parse_run_report(figures);
  if (!report) {
    return Error{
        fmt::format("{}: the run ended with status {}: {}", name, child.value().status, reason)};
  }
  report->guest = options_.common.guest.empty() ? options_.common.bios : options_.common.guest;
  comparison_.runs.push_back(std::move(*report));
  return std::nullopt;
}

void CompareRun::compare_disks() {
  const std::vector<RunReport>& runs = comparison_.runs;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    comparison_.same_screen &= runs[i].screen_hash == runs[0].screen_hash;
    // A shared image is the last engine's work alone: there is nothing to compare.
    if (disk_.empty() || options_.share_disk) continue;
    comparison_.same_disk &=
        same_content(folder_.file(runs[0].engine + ".img"), folder_.file(runs[i].engine + ".img"));
  }
}

void CompareRun::add_note() {
  for (const RunReport& run : comparison_.runs) {
    const std::string note = find_engine(run.engine)->probe().note;
    if (!note.empty()) comparison_.note = note;
  }
}

int CompareRun::exit_status() const {
  if (comparison_.runs.empty()) return kExitBadInput;
  if (!comparison_.identical()) return kExitFailed;
  return comparison_.runs.front().status;
}

int CompareRun::execute() {
  if (auto error = check_input()) return report_bad_input(error->message);
  for (const CompareOptions::Engine& engine : options_.engines) {
    if (RunControl::interrupted()) break;
    if (auto error = run_engine(engine)) {
      say("strata: {}\n", error->message);
      return RunControl::interrupted() ? kExitInterrupted : kExitFailed;
    }
  }
  if (RunControl::interrupted()) return kExitInterrupted;
  compare_disks();
  add_note();
  // Standard output takes one document.
  const bool json_on_standard_output = options_.json == "-";
  Output& table = json_on_standard_output ? standard_error() : standard_output();
  table.put(to_table(comparison_));
  if (!options_.json.empty()) write_document({"--json", options_.json, true}, to_json(comparison_));
  return exit_status();
}

}  // namespace

int compare_command(const CompareOptions& options) {
  return CompareRun(options).execute();
}

}  // namespace strata
