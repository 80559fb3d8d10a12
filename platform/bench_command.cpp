// `strata bench`: the disk or the screen in every way there is to it, on several engines, each cell
// of the table by a child process `strata run` with a guest this program carries.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>

#include "models/base/system_error.h"
#include "models/engine/kvm/bare_kvm.h"
#include "platform/bench/bench_table.h"
#include "platform/bench/disk_work.h"
#include "platform/child_process.h"
#include "platform/commands.h"
#include "platform/disk/raw_image.h"
#include "platform/engines.h"
#include "platform/exit_codes.h"
#include "platform/host_cpu.h"
#include "platform/output/output_file.h"
#include "platform/output/standard_streams.h"
#include "platform/run_control.h"
#include "platform/stats/number_text.h"
#include "platform/stats/run_report.h"
#include "platform/stop_signals.h"
#include "platform/temporary_folder.h"
#include "sw/benchmarks/bench_guests.h"

namespace strata {
namespace {

constexpr std::uint64_t kExitsMeasured = 4000;
constexpr int kExitRounds = 5;
constexpr const char* kGnuplot = "/usr/bin/gnuplot";
/// What `dd` is taken with: a sector, and the batch of lists and registers.
constexpr unsigned kBlocks[] = {1, 127};

class BenchRun {
 public:
  explicit BenchRun(const BenchOptions& options) : options_(options) {}

  int execute();

 private:
  bool disk() const { return options_.device == BenchDevice::kDisk; }
  std::optional<Error> prepare();
  std::optional<Error> make_image();
  void measure_kvm();
  void run_all();
  std::optional<Error> run_count(std::uint64_t count, bool reading);
  std::optional<Error> take_references(std::uint64_t sectors, bool reading);
  std::optional<Error> run_cell(const EngineEntry& engine, const std::string& way,
                                std::uint64_t count, bool reading);
  std::string why_not(const EngineEntry& engine, const BenchCell& cell) const;
  double limit(const std::string& engine) const;
  std::optional<RunReport> run_guest(const BenchCell& cell, std::string& missing);
  std::vector<std::string> arguments(const BenchCell& cell) const;
  std::optional<Error> verify(BenchCell& cell);
  bool go_on(const BenchCell& cell);
  void clear_line() const;
  void draw_plot();
  int exit_status() const;

  const BenchOptions& options_;
  TemporaryFolder folder_;
  BenchTable table_;
  std::uint32_t seed_ = 0;  // of the latest pass over the image
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::chrono::steady_clock::time_point begin_;  // of the cell
  std::chrono::steady_clock::time_point shown_;  // its status line
  bool failed_ = false;
};

// ---- before ----

std::optional<Error> BenchRun::prepare() {
  const auto plot = [&](const char* end) {
    return options_.plot.empty() ? "" : options_.plot + end;
  };
  const std::vector<OutputFile> outputs = {{"--json", options_.json, true},
                                           {"--csv", options_.csv, true},
                                           {"--plot", plot(".png")},
                                           {"--plot", plot(".svg")}};
  if (auto error = check_outputs(outputs, {})) return error;
  if (!options_.plot.empty() && ::access(kGnuplot, X_OK) != 0) {
    return Error{fmt::format("--plot: there is no {}; scripts/bootstrap installs it", kGnuplot)};
  }
  catch_stop_signals();
  if (auto error = folder_.make("bench")) return error;
  const auto guest = disk() ? disk_ways_guest() : screen_ways_guest();
  write_document({"guest", folder_.file("guest.elf"), true}, {guest.begin(), guest.end()});
  table_.device = options_.device;
  table_.host = host_cpu_name();
  return disk() ? make_image() : std::nullopt;
}

std::optional<Error> BenchRun::make_image() {
  const std::uint64_t bytes = std::ranges::max(options_.counts) * kSectorBytes;
  struct statvfs host {};
  if (::statvfs(folder_.path().c_str(), &host) == 0 && host.f_bavail * host.f_frsize < bytes) {
    return system_error(fmt::format("temporary folder {}: {} bytes are needed; set TMPDIR to a "
                                    "folder with room",
                                    folder_.path(), group_digits(bytes)),
                        ENOSPC);
  }
  auto made = create_image(folder_.file("disk.img"), bytes);
  if (!made) return made.failure();
  return std::nullopt;
}

/// An exit in a bare loop, and the same loop as a guest of this program, in turn: the fastest
/// of each.
void BenchRun::measure_kvm() {
  const auto kvm = std::ranges::find(options_.engines, "kvm", &EngineEntry::name);
  if (!disk() || kvm == options_.engines.end()) return;
  const EngineOnHost host = (*kvm)->probe();
  table_.note = host.note;
  if (!host.available || RunControl::interrupted()) return;
  BenchCell cell{.engine = "kvm", .way = "exits", .count = kExitsMeasured};
  std::vector<double> bare;
  std::vector<double> machine;
  begin_ = std::chrono::steady_clock::now();
  for (int round = 0; round < kExitRounds; ++round) {
    const std::optional<double> exit = bare_port_exit_us();
    std::string missing;
    const auto report = run_guest(cell, missing);
    if (!exit || !report) return;
    bare.push_back(*exit);
    machine.push_back(report->marked->seconds * 1e6 / kExitsMeasured);
  }
  table_.kvm_exit = {.bare = std::ranges::min(bare), .machine = std::ranges::min(machine)};
}

// ---- the table ----

void BenchRun::run_all() {
  measure_kvm();
  for (const std::uint64_t count : options_.counts) {
    for (const bool reading : {false, true}) {
      if (reading ? !options_.read : !options_.write) continue;
      const auto error = run_count(count, reading);
      if (RunControl::interrupted()) return;
      if (!error) continue;
      complain(error->message);
      failed_ = true;
      return;
    }
  }
}

std::optional<Error> BenchRun::run_count(std::uint64_t count, bool reading) {
  if (disk()) {
    if (auto error = take_references(count, reading)) return error;
    if (reading) {
      auto filled = fill_pattern(folder_.file("disk.img"), count, ++seed_, RunControl::interrupted);
      if (!filled) return filled.failure();
    }
  }
  for (const EngineEntry* engine : options_.engines) {
    for (const std::string& way : options_.ways) {
      if (auto error = run_cell(*engine, way, count, reading)) return error;
    }
  }
  return std::nullopt;
}

std::optional<Error> BenchRun::take_references(std::uint64_t sectors, bool reading) {
  for (const unsigned block : kBlocks) {
    auto seconds =
        copy_as_dd(folder_.file("disk.img"), sectors, block, reading, RunControl::interrupted);
    if (!seconds) return seconds.failure();
    table_.references.push_back({reading, sectors, block, *seconds});
  }
  return std::nullopt;
}

std::optional<Error> BenchRun::run_cell(const EngineEntry& engine, const std::string& way,
                                        std::uint64_t count, bool reading) {
  BenchCell cell{
      .engine = std::string(engine.name), .way = way, .reading = reading, .count = count};
  cell.missing = why_not(engine, cell);
  if (cell.missing.empty()) {
    if (!reading) ++seed_;
    begin_ = shown_ = std::chrono::steady_clock::now();
    const auto report = run_guest(cell, cell.missing);
    clear_line();
    if (RunControl::interrupted()) return std::nullopt;
    if (report) {
      cell.seconds = report->marked->seconds;
      cell.cycles = report->marked->cycles;
      cell.exits_by_kind = report->marked->exits;
      if (auto error = verify(cell)) return error;
    }
  }
  table_.cells.push_back(std::move(cell));
  return std::nullopt;
}

double BenchRun::limit(const std::string& engine) const {
  return engine == "rtl" ? options_.rtl_limit : options_.limit;
}

/// Empty, or why the cell is not tried.
std::string BenchRun::why_not(const EngineEntry& engine, const BenchCell& cell) const {
  if (const EngineOnHost host = engine.probe(); !host.available) return host.line;
  if (cell.way == "trap" && cell.engine == "rtl") {
    return "text memory is a device in RTL, whoever writes to it";
  }
  for (const BenchCell& before : table_.cells) {
    if (before.engine != cell.engine || before.way != cell.way || before.reading != cell.reading) {
      continue;
    }
    if (!before.finished() && before.count < cell.count) return before.missing;
    const double expected =
        before.seconds * static_cast<double>(cell.count) / static_cast<double>(before.count);
    // Of a few, what does not grow with their number takes most.
    if (before.seconds > 1 && expected > limit(cell.engine)) {
      return fmt::format("would take {}", seconds_text(expected));
    }
  }
  return "";
}

std::vector<std::string> BenchRun::arguments(const BenchCell& cell) const {
  const bool trap = cell.way == "trap";
  std::string append = fmt::format("way={} ", trap ? "memory" : cell.way);
  append += disk()
                ? fmt::format("sectors={} seed={} read={}", cell.count, seed_, cell.reading ? 1 : 0)
                : fmt::format("frames={}", cell.count);
  std::vector<std::string> all = {"run",
                                  "--engine=" + cell.engine,
                                  "--quiet",
                                  "--stats=" + folder_.file("stats.json"),
                                  fmt::format("--timeout={}", limit(cell.engine)),
                                  "--append=" + append};
  if (disk()) all.push_back("--disk=" + folder_.file("disk.img"));
  if (trap) all.push_back("--vga-memory=trap");
  all.push_back("--");
  all.push_back(folder_.file("guest.elf"));
  return all;
}

/// Figures of a run that came to its end; else `missing` says why there are none.
std::optional<RunReport> BenchRun::run_guest(const BenchCell& cell, std::string& missing) {
  if (!terminal_) {
    say("strata: {} {} {} {} ...\n", cell.engine, cell.way, group_digits(cell.count),
        cell.reading ? "read"
        : disk()     ? "written"
                     : "drawn");
  }
  std::error_code ignored;
  std::filesystem::remove(folder_.file("stats.json"), ignored);
  auto child = run_child("/proc/self/exe", arguments(cell), folder_.file("console.txt"),
                         [&] { return !go_on(cell); });
  if (!child) {
    missing = child.error();
    failed_ = true;
    return std::nullopt;
  }
  auto report = parse_run_report(read_text(folder_.file("stats.json")));
  if (report && report->outcome == "timeout") {
    missing = fmt::format("took longer than {}", seconds_text(limit(cell.engine)));
    return std::nullopt;
  }
  if (report && report->status == kExitOk && report->marked) return *report;
  missing =
      last_line(child->messages.empty() ? read_text(folder_.file("console.txt")) : child->messages);
  if (missing.empty()) missing = fmt::format("the run ended with status {}", child->status);
  failed_ = true;
  return std::nullopt;
}

/// Sector by sector; a guest has looked at what it read, and at its screen, itself.
std::optional<Error> BenchRun::verify(BenchCell& cell) {
  cell.verified = true;
  if (!disk()) return std::nullopt;
  auto right = has_pattern(folder_.file("disk.img"), cell.count, seed_, RunControl::interrupted);
  if (!right) return right.failure();
  cell.verified = *right;
  return std::nullopt;
}

// ---- a person who waits ----

/// Asked all the time while a child runs; shows where the table stands.
bool BenchRun::go_on(const BenchCell& cell) {
  using namespace std::chrono_literals;
  if (RunControl::interrupted()) return false;
  const auto now = std::chrono::steady_clock::now();
  if (terminal_ && now - shown_ > 100ms) {
    shown_ = now;
    const std::size_t directions = options_.read && options_.write ? 2 : 1;
    const std::size_t cells =
        options_.counts.size() * options_.engines.size() * options_.ways.size() * directions;
    say("\r\x1b[Kstrata: {} of {}: {} {} {} {}, {}", table_.cells.size() + 1, cells, cell.engine,
        cell.way, group_digits(cell.count), disk() ? "sectors" : "frames",
        seconds_text(std::chrono::duration<double>(now - begin_).count()));
  }
  return true;
}

void BenchRun::clear_line() const {
  if (terminal_) say("\r\x1b[K");
}

// ---- after ----

void BenchRun::draw_plot() {
  const std::string script = folder_.file("plot.gp");
  write_document({"--plot", script, true}, to_gnuplot(table_, options_.plot));
  auto child = run_child(kGnuplot, {script}, folder_.file("plot.txt"), [] { return false; });
  if (child && child->status == 0) return;
  complain(fmt::format("--plot {}: {}", options_.plot,
                       child ? last_line(child->messages) : child.error()));
  failed_ = true;
}

int BenchRun::exit_status() const {
  if (table_.interrupted) return kExitInterrupted;
  const bool wrong = std::ranges::any_of(
      table_.cells, [](const BenchCell& cell) { return cell.finished() && !cell.verified; });
  if (failed_ || wrong) return kExitFailed;
  const bool any = std::ranges::any_of(table_.cells, &BenchCell::finished);
  return any ? kExitOk : kExitBadInput;
}

int BenchRun::execute() {
  if (auto error = prepare()) return report_error(*error);
  run_all();
  table_.interrupted = RunControl::interrupted();
  Output& shown =
      options_.json == "-" || options_.csv == "-" ? standard_error() : standard_output();
  shown.put(to_table(table_));
  if (!options_.json.empty()) write_document({"--json", options_.json, true}, to_json(table_));
  if (!options_.csv.empty()) write_document({"--csv", options_.csv, true}, to_csv(table_));
  const bool any = std::ranges::any_of(table_.cells, &BenchCell::finished);
  if (!options_.plot.empty() && any) draw_plot();
  return exit_status();
}

}  // namespace

int bench_command(const BenchOptions& options) {
  return BenchRun(options).execute();
}

}  // namespace strata
