// `strata compare`: one guest on several engines, or with several values of options, each in a
// child process `strata run`, because a SystemC simulation can be built only once in a process.
// Each works on a copy of the disk image of its own, so every run starts from the same bytes.
#include <fmt/format.h>

#include <algorithm>
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
#include "platform/native_program.h"
#include "platform/output/output_file.h"
#include "platform/output/standard_streams.h"
#include "platform/run_control.h"
#include "platform/run_files.h"
#include "platform/serial_source.h"
#include "platform/stats/comparison.h"
#include "platform/stop_signals.h"
#include "platform/temporary_folder.h"

namespace strata {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

class CompareRun {
 public:
  explicit CompareRun(const CompareOptions& options) : options_(options) {}

  int execute();

 private:
  /// What there is of one run so far.
  struct Column {
    const CompareOptions::Run& run;
    std::string name;   // of its files in the temporary folder
    std::string label;  // for people
    std::vector<RunReport> reports;
    bool missing = false;  // skipped or failed

    bool native() const { return run.engine == nullptr; }
  };

  std::optional<Error> check_input();
  std::string keep_piped(const char* file, const std::string& name,
                         const std::vector<std::uint8_t>& piped) const;
  void add_columns();
  void run_all();
  void run_once(Column& column, unsigned repeat);
  void run_native_once(Column& column);
  void take_figures(Column& column, const ChildResult& child);
  std::vector<std::string> arguments(const Column& column) const;
  std::optional<Error> copy_disk(const std::string& to) const;
  void gather();
  std::optional<Error> compare_ends();
  void add_note();
  bool differs() const;
  int exit_status() const;
  int report_failure(const Error& error) const;

  const CompareOptions& options_;
  TemporaryFolder folder_;
  std::string guest_;                // the guest given, or a copy of what came through a pipe
  std::string bios_;                 // the same of the BIOS
  bool guest_is_disk_ = false;       // there is no --disk beside it
  std::string disk_;                 // the image given, or empty
  std::unique_ptr<RawImage> image_;  // the same, where it is copied
  const CompareOptions::Run native_{};
  std::vector<Column> columns_;
  Comparison comparison_;
};

std::optional<Error> CompareRun::check_input() {
  const RunOptions& run = options_.common;
  auto guest = load_guest(start_of(run));
  if (!guest) return guest.failure();
  if (guest->pipe_beside_guest) {
    return Error{
        "compare: each engine reads --kernel, --initrd and --module anew, and a pipe can be read "
        "once; give files"};
  }
  const auto again = can_read_serial_again(run.serial_in);
  if (!again) return again.failure();
  if (!again.value()) {
    return Error{
        "compare: each engine reads --serial-in anew, and a pipe can be read once; give a file"};
  }
  guest_is_disk_ = run.disk.empty() && guest->is_disk_image;
  disk_ = guest_is_disk_ ? run.guest : run.disk;
  // A shared image is the last engine's work alone: there is nothing to compare.
  comparison_.has_disk = !disk_.empty() && !options_.share_disk;
  if (!disk_.empty()) {
    auto image = RawImage::open(
        disk_, run.disk_shared || !options_.share_disk ? ImageUse::kShare : ImageUse::kOwn);
    if (!image) return image.failure();
    // Nobody may write to it while it is copied; the engines take it themselves where they share
    // it.
    if (!options_.share_disk) image_ = std::move(*image);
  }
  // From here on there is something to clear away. The children get Ctrl-C too and end by
  // themselves; this process then reports what there is.
  catch_stop_signals();
  if (auto error = folder_.make("compare")) return error;
  guest_ = keep_piped("guest", run.guest, guest->piped);
  bios_ = keep_piped("bios", run.bios, guest->piped_bios);
  return check_outputs({{"--json", options_.json, true}}, inputs_of(run));
}

/// A pipe can be read once, but every engine has to: `name`, or a file with what came.
std::string CompareRun::keep_piped(const char* file, const std::string& name,
                                   const std::vector<std::uint8_t>& piped) const {
  if (piped.empty()) return name;
  write_document({file, folder_.file(file), true}, {piped.begin(), piped.end()});
  return folder_.file(file);
}

std::vector<std::string> CompareRun::arguments(const Column& column) const {
  const std::string& name = column.name;
  // Options of the same name given later would be refused, so the user's files are left out.
  std::vector<std::string> all = {"run", "--engine=" + std::string(column.run.engine->name),
                                  "--quiet", "--stats=" + folder_.file(name + ".json"),
                                  "--screen-text=" + folder_.file(name + ".txt")};
  for (const std::string& argument : column.run.arguments) {
    const bool names_file = argument.starts_with("--disk=") || argument.starts_with("--bios=");
    if (!names_file) all.push_back(argument);
  }
  if (!bios_.empty()) all.push_back("--bios=" + bios_);
  const std::string disk = options_.share_disk ? disk_ : folder_.file(name + ".img");
  if (!disk_.empty() && !guest_is_disk_) {
    const bool shares = options_.share_disk && options_.common.disk_shared;
    all.push_back("--disk=" + disk + (shares ? ",share" : ""));
  }
  if (!guest_.empty()) {
    all.push_back("--");
    all.push_back(guest_is_disk_ ? disk : guest_);
  }
  return all;
}

std::optional<Error> CompareRun::copy_disk(const std::string& to) const {
  if (!image_) return std::nullopt;
  // That of the last repeat has been written to.
  std::error_code ignored;
  fs::remove(to, ignored);
  const auto copied = image_->copy_to(to, RunControl::interrupted);
  if (copied) return std::nullopt;
  if (RunControl::interrupted()) return copied.failure();
  return Error{copied.error() + "; set TMPDIR to a folder with room"};
}

void CompareRun::add_columns() {
  for (const CompareOptions::Run& run : options_.runs) {
    const std::string engine(run.engine->name);
    columns_.push_back({run,
                        fmt::format("{}-{}", columns_.size(), engine),
                        run_label(engine, run.parameters),
                        {}});
  }
  const std::string& guest = options_.common.guest;
  const bool asked = options_.native == NativeChoice::kYes;
  if (!asked && (options_.native == NativeChoice::kNo || !knows_native(guest))) return;
  if (options_.common.max_cycles != kNever) {
    comparison_.skipped.push_back({std::string(kNative), "it has no cycles for --max-cycles"});
    return;
  }
  columns_.push_back({native_, std::string(kNative), std::string(kNative), {}});
}

/// The columns in turn, so that what else the host does disturbs all of them alike.
void CompareRun::run_all() {
  add_columns();
  for (unsigned repeat = 1; repeat <= options_.repeats; ++repeat) {
    for (Column& column : columns_) {
      if (RunControl::interrupted()) return;
      if (!column.missing) run_once(column, repeat);
    }
  }
}

void CompareRun::run_once(Column& column, unsigned repeat) {
  const std::string& name = column.name;
  const auto fail = [&](const std::string& reason) {
    column.missing = true;
    comparison_.failed.push_back({column.label, reason});
  };
  std::string count;
  if (options_.repeats > 1) count = fmt::format(" ({} of {})", repeat, options_.repeats);
  say("strata: running {}{} ...\n", column.label, count);
  if (column.native()) return run_native_once(column);
  if (auto error = copy_disk(folder_.file(name + ".img"))) return fail(error->message);
  std::error_code ignored;
  fs::remove(folder_.file(name + ".json"), ignored);
  const auto child = run_child("/proc/self/exe", arguments(column), folder_.file(name + ".out"),
                               RunControl::interrupted);
  if (!child) return fail(child.error());
  take_figures(column, child.value());
}

void CompareRun::run_native_once(Column& column) {
  const RunOptions& run = options_.common;
  NativeRun native = run_native(run.guest, run.append, folder_.file(column.name + ".out"),
                                {run.timeout, RunControl::interrupted});
  if (native.report) return column.reports.push_back(std::move(*native.report));
  column.missing = true;
  auto& missing = native.impossible ? comparison_.skipped : comparison_.failed;
  missing.push_back({column.label, native.reason});
}

void CompareRun::take_figures(Column& column, const ChildResult& child) {
  const std::string& name = column.name;
  // The input has been checked: what is left for the child to refuse is the engine itself. Without
  // figures nothing ran, whatever the status.
  const std::string figures = read_text(folder_.file(name + ".json"));
  std::string reason = last_line(child.messages);
  if (reason.starts_with("standard output:")) reason += ": " + folder_.file(name + ".out");
  auto report = parse_run_report(figures);
  // What was run may be right, but not all of it is there to be compared.
  const bool lost = child.status == kExitFailed && report && report->status != kExitFailed;
  if (report && !lost) {
    report->guest = started_by(options_.common);
    column.reports.push_back(std::move(*report));
    return;
  }
  column.missing = true;
  if (figures.empty() && child.status == kExitBadInput) {
    comparison_.skipped.push_back({column.label, reason});
  } else {
    comparison_.failed.push_back(
        {column.label, fmt::format("the run ended with status {}: {}", child.status,
                                   reason.empty() ? "without a word" : reason)});
  }
}

void CompareRun::gather() {
  for (const Column& column : columns_) {
    if (column.reports.empty()) continue;
    comparison_.runs.push_back(merge_repeats(column.reports));
    comparison_.runs.back().parameters = column.run.parameters;
    const RunReport& first = column.reports.front();
    const bool steady = std::ranges::all_of(column.reports, [&](const RunReport& report) {
      return report.screen_hash == first.screen_hash && report.status == first.status;
    });
    if (!steady && comparison_.runs.back().finished()) {
      comparison_.unsteady.push_back(column.label);
    }
  }
}

std::optional<Error> CompareRun::compare_ends() {
  std::vector<FinalScreen> screens;
  std::vector<FinalImage> images;
  std::size_t next = 0;
  for (const Column& column : columns_) {
    if (column.reports.empty()) continue;
    const ComparedRun& run = comparison_.runs[next++];
    if (!run.finished() || column.native()) continue;
    screens.push_back({column.label, run.report.screen_rows,
                       read_lines(folder_.file(column.name + ".txt")), run.report.screen_hash});
    images.push_back({column.label, folder_.file(column.name + ".img")});
  }
  comparison_.screen = compare_screens(screens);
  if (!comparison_.has_disk || images.size() < 2) return std::nullopt;
  auto difference = compare_images(images, RunControl::interrupted);
  if (!difference) return difference.failure();
  comparison_.disk = std::move(*difference);
  return std::nullopt;
}

void CompareRun::add_note() {
  for (const ComparedRun& run : comparison_.runs) {
    const EngineEntry* engine = find_engine(run.report.engine);
    if (engine == nullptr) continue;
    const std::string note = engine->probe().note;
    if (!note.empty()) comparison_.note = note;
  }
}

/// With options varied, guests that show their time rightly show something else.
bool CompareRun::differs() const {
  if (!options_.varies) return !comparison_.identical();
  return !comparison_.same_status() || !comparison_.unsteady.empty();
}

int CompareRun::exit_status() const {
  if (RunControl::interrupted()) return kExitInterrupted;
  if (!comparison_.failed.empty()) return kExitFailed;
  if (comparison_.runs.empty()) return kExitBadInput;
  if (differs()) return kExitFailed;
  for (const ComparedRun& run : comparison_.runs) {
    if (!run.finished()) return run.report.status;
  }
  return comparison_.runs.front().report.status;
}

int CompareRun::report_failure(const Error& error) const {
  complain(error.message);
  return RunControl::interrupted() ? kExitInterrupted : kExitFailed;
}

int CompareRun::execute() {
  if (auto error = check_input()) return report_error(*error);
  if (Output::any_failed()) return kExitFailed;  // what came through a pipe
  run_all();
  gather();
  if (auto error = compare_ends()) return report_failure(*error);
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
