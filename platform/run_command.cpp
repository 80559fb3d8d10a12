// `strata run` of one machine, and everything around a machine's run. All input is checked before
// any output is opened.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>

#include "models/base/text_screen.h"
#include "platform/call_measurement.h"
#include "platform/commands.h"
#include "platform/counter_watch.h"
#include "platform/counting_disk.h"
#include "platform/disk/raw_image.h"
#include "platform/display/picture.h"
#include "platform/display/screen_text.h"
#include "platform/display/terminal_display.h"
#include "platform/exit_codes.h"
#include "platform/explain/explain.h"
#include "platform/guest_output.h"
#include "platform/host_cpu.h"
#include "platform/live_view.h"
#include "platform/loader/guest_loader.h"
#include "platform/machine.h"
#include "platform/machine_run.h"
#include "platform/output/output_file.h"
#include "platform/output/standard_streams.h"
#include "platform/profile/guest_profile.h"
#include "platform/profile/profile_file.h"
#include "platform/region.h"
#include "platform/run_confinement.h"
#include "platform/run_control.h"
#include "platform/run_end.h"
#include "platform/run_files.h"
#include "platform/run_input.h"
#include "platform/run_log.h"
#include "platform/sensitive/patcher.h"
#include "platform/sensitive/sensitive_counts.h"
#include "platform/serial_source.h"
#include "platform/stats/number_text.h"
#include "platform/stats/paging_table.h"
#include "platform/stats/run_report.h"
#include "platform/stats/state_text.h"
#include "platform/stop_signals.h"
#include "platform/trace/exit_waves.h"
#include "platform/trace_point.h"
#include "platform/unpatched_run.h"

namespace strata {
namespace {

/// Without the newlines at the end.
std::string trimmed(std::string text) {
  text.resize(text.find_last_not_of('\n') + 1);
  return text;
}

/// A run's parts; built in this order, ended in the reverse one.
class Run final : public MachineRun {
 public:
  Run(const RunOptions& options, RunCompany company)
      : options_(options),
        company_(std::move(company)),
        log_(company_.name, options.log, options.verbose),
        output_({company_.name, options.console, options.serial, company_.standard_output_taken,
                 company_.screen_shown}),
        control_({options.max_cycles, options.timeout}) {}

  std::optional<Error> check() override { return in_file(read_and_check()); }
  std::optional<Error> make() override { return in_file(make_machine()); }
  std::optional<Error> open() override { return in_file(open_outputs()); }
  bool go_on(Cycle turn_end) override;
  int finish() override;
  Cycle cycles() const override { return machine_->cycles(); }

 private:
  std::optional<Error> in_file(std::optional<Error> error) const;
  std::string named(const std::string& text) const;
  std::optional<Error> read_and_check();
  std::optional<Error> make_machine();
  std::optional<Error> read_trace_points();
  std::optional<Error> read_counting();
  std::optional<Error> open_disk();
  std::optional<Error> check_boot_sector();
  std::optional<Error> open_outputs();
  std::optional<Error> open_exit_waves();
  std::optional<Error> prepare_later_work();
  std::optional<Error> prepare_patching();
  MachineConfig config();
  void start();
  int write_all(const RunOutcome& outcome, double seconds);
  std::string why_no_waves() const;
  RunReport report(const RunOutcome& outcome, double seconds) const;
  void write(const std::string& option, const std::function<std::string()>& content);
  void write_results(const RunReport& report, const TextScreen& screen);
  void write_counters();
  void write_profile(const RunReport& report);
  void explain(const RunOutcome& outcome, const RunReport& report) const;
  void explain_region() const;
  Explanation explain_exits();
  PatchReport explain_patching(const RunReport& report);
  void show_tables(const RunReport& report) const;

  const RunOptions& options_;
  const RunCompany company_;
  RunLog log_;
  GuestOutput output_;
  std::map<std::string, Document> documents_;  // by option
  const std::string host_ = host_cpu_name();
  RunControl control_;
  std::optional<LiveView> view_;  // from the start on
  RunOutcome outcome_;
  double seconds_ = 0;  // of its turns
  GuestImage guest_;
  SerialInput serial_input_;
  TraceConfig trace_;
  std::optional<GuestProfile> profile_;
  std::unique_ptr<RawImage> image_;
  std::optional<CountingDisk> disk_;
  std::optional<CounterWatch> counting_;
  std::optional<ExitTable> exits_;
  std::optional<SensitiveCounts> sensitive_;
  std::optional<Patcher> patcher_;
  std::optional<UnpatchedRun> unpatched_;
  LaterWork measurement_;  // of calls
  std::unique_ptr<ExitWaves> exit_waves_;
  std::unique_ptr<RunInput> input_;  // null: nobody presses anything
  std::unique_ptr<Machine> machine_;
  MarkWatch marks_;
  std::uint64_t post_codes_ = 0;
  std::uint8_t last_post_code_ = 0;
};

std::optional<Error> Run::in_file(std::optional<Error> error) const {
  if (error) error->message = options_.places.locate(error->message);
  return error;
}

/// What is said of one of several machines.
std::string Run::named(const std::string& text) const {
  return company_.name.empty() ? text : company_.name + ": " + text;
}

std::optional<Error> Run::read_and_check() {
  auto guest = load_guest(start_of(options_));
  if (!guest) return guest.failure();
  guest_ = std::move(*guest);
  auto serial_input = read_serial_input(options_.serial_in);
  if (!serial_input) return serial_input.failure();
  serial_input_ = std::move(*serial_input);
  if (auto error = read_trace_points()) return error;
  if (auto error = read_counting()) return error;
  if (!options_.profile.empty()) profile_.emplace(guest_);
  if (options_.display == DisplayMode::kText && ::isatty(STDOUT_FILENO) != 1) {
    return Error{
        "--display text: standard output is not a terminal; use --screen-text FILE for the final "
        "screen"};
  }
  auto input = RunInput::make(options_);
  if (!input) return input.failure();
  input_ = std::move(*input);
  std::vector<OutputFile> outputs = company_.outputs;
  std::ranges::copy(outputs_of(options_), std::back_inserter(outputs));
  if (input_) std::ranges::copy(input_->outputs(), std::back_inserter(outputs));
  std::vector<std::string> inputs = company_.inputs;
  std::ranges::copy(inputs_of(options_), std::back_inserter(inputs));
  if (auto error = check_outputs(outputs, inputs)) return error;
  // What the run opens it closes, from here on whatever comes.
  catch_stop_signals();
  if (auto error = open_disk()) return error;
  return prepare_later_work();
}

std::optional<Error> Run::make_machine() {
  if (options_.explain) exits_.emplace();
  if (options_.sensitive) sensitive_.emplace();
  if (auto error = open_exit_waves()) return error;
  auto machine = options_.engine->make(config());
  if (!machine) return machine.failure();
  machine_ = std::move(*machine);
  return std::nullopt;
}

std::optional<Error> Run::read_trace_points() {
  trace_.vcd_file = options_.vcd;
  trace_.fst_file = options_.fst;
  trace_.last = options_.trace_last;
  if (!options_.trace_from.empty()) {
    const auto from = parse_trace_point("--trace-from", options_.trace_from, guest_);
    if (!from) return from.failure();
    trace_.from = from.value();
  }
  if (!options_.trace_to.empty()) {
    const auto to = parse_trace_point("--trace-to", options_.trace_to, guest_);
    if (!to) return to.failure();
    trace_.to = to.value();
  }
  return check_window(trace_, options_.max_cycles);
}

std::optional<Error> Run::read_counting() {
  std::optional<Region> region;
  if (!options_.region.empty()) {
    const auto parsed = parse_region("--region", options_.region, guest_);
    if (!parsed) return parsed.failure();
    region = parsed.value();
  }
  if (options_.interval != 0 || region) counting_.emplace(options_.interval, region);
  return std::nullopt;
}

/// The guest was read before its image was opened to be written and locked: they must be the same.
std::optional<Error> Run::check_boot_sector() {
  std::array<std::uint8_t, kSectorBytes> sector{};
  if (image_->read_sector(0, sector) && std::ranges::equal(sector, guest_.memory.front().bytes)) {
    return std::nullopt;
  }
  return Error{fmt::format("guest {}: was replaced while it was read; start again", guest_.name)};
}

std::optional<Error> Run::open_disk() {
  const bool boots_from_image = options_.disk.empty() && guest_.is_disk_image;
  const std::string& path = boots_from_image ? options_.guest : options_.disk;
  if (path.empty()) return std::nullopt;
  auto image = RawImage::open(path, options_.disk_shared ? ImageUse::kShare : ImageUse::kOwn);
  if (!image) return image.failure();
  image_ = std::move(*image);
  disk_.emplace(*image_);
  return boots_from_image ? check_boot_sector() : std::nullopt;
}

/// While there are no threads yet.
std::optional<Error> Run::prepare_later_work() {
  if (options_.explain) {
    if (auto error = measurement_.start(measurement_of_calls(options_.machine_arguments))) {
      return error;
    }
  }
  return prepare_patching();
}

MachineConfig Run::config() {
  MachineConfig config;
  config.memory_bytes = options_.memory_bytes;
  config.clock_hz = options_.clock_hz;
  config.cpu = options_.cpu;
  config.guest = &guest_;
  config.disk = disk_ ? &*disk_ : nullptr;
  config.tlm_devices = options_.tlm_devices;
  config.memory_latency = options_.memory_latency;
  config.sdram = options_.sdram;
  config.caches = options_.caches;
  if (exits_) config.exits.push_back(&*exits_);
  if (exit_waves_) config.exits.push_back(exit_waves_.get());
  config.sensitive = sensitive_ ? &*sensitive_ : nullptr;
  config.patcher = patcher_ ? &*patcher_ : nullptr;
  config.check = options_.check;
  config.count_cycles = !options_.stats.empty() || counting_.has_value();
  config.counting = counting_ ? &*counting_ : nullptr;
  config.trace = trace_;
  config.on_mark = [this](bool begins, const Machine& machine) {
    marks_.on_mark(begins, machine.cycles(), machine.exits());
  };
  config.profile = profile_ ? &profile_->functions() : nullptr;
  config.cpi = options_.cpi;
  config.list_translations = options_.dump_blocks;
  config.perf_map = options_.perf_map;
  config.paging = options_.paging;
  config.shared_page = options_.share;
  if (config.shared_page) config.shared_page->host = company_.shared_page;
  config.vga_memory = options_.vga_memory;
  config.seed = options_.seed;
  config.rtc_start = options_.rtc.now();
  config.reset_on_shutdown = options_.reset_on_shutdown;
  config.post_port = options_.post_port;
  config.post_code = [this](std::uint8_t code) {
    ++post_codes_;
    last_post_code_ = code;
  };
  config.debug_console = [this](std::uint8_t byte) {
    output_.debug_console(byte);
    if (input_) input_->on_console(byte);
    if (unpatched_) unpatched_->on_console(byte);
  };
  config.serial_input = serial_input_;
  config.serial = [this](std::uint8_t byte) {
    output_.serial(byte);
    if (input_) input_->on_serial(byte);
    if (unpatched_) unpatched_->on_serial(byte);
  };
  config.log = log_.wanted() ? &log_ : nullptr;
  return config;
}

std::optional<Error> Run::open_outputs() {
  if (auto error = log_.open()) return error;
  if (auto error = output_.open()) return error;
  for (const OutputFile& output : outputs_of(options_)) {
    if (output.path.empty() || !output.document) continue;
    auto document = Document::open(output);
    if (!document) return document.failure();
    documents_.emplace(output.option, std::move(*document));
  }
  return input_ ? input_->open() : std::nullopt;
}

/// Of an option that is not given, nothing.
void Run::write(const std::string& option, const std::function<std::string()>& content) {
  const auto document = documents_.find(option);
  if (document != documents_.end()) document->second.write(content());
}

/// Where there are wires the machine records them.
std::optional<Error> Run::open_exit_waves() {
  if (options_.engine->has_wires || (options_.vcd.empty() && options_.fst.empty())) {
    return std::nullopt;
  }
  constexpr std::uint64_t kPsPerSecond = 1'000'000'000'000;
  ExitWaveOptions waves{
      .vcd_path = options_.vcd,
      .fst_path = options_.fst,
      .host_time = options_.engine->on_host_time,
      .clock_period_ps = (kPsPerSecond + options_.clock_hz / 2) / options_.clock_hz,
      .symbol_at = [this](std::uint32_t at) { return guest_.symbols.at(at); },
      .device_of = device_of,
      .name_of = name_of};
  auto opened = ExitWaves::create(std::move(waves));
  if (!opened) return opened.failure();
  exit_waves_ = std::move(*opened);
  return std::nullopt;
}

/// A monitor's memory is where a BIOS of more than 64 KiB would be.
std::optional<Error> Run::prepare_patching() {
  if (!options_.patch) return std::nullopt;
  if (kMonitorBase + kMonitorSize > STRATA_ROM_LOW_END - guest_.rom.size()) {
    return Error{"--patch: the BIOS is larger than 64K and lies where the routines go"};
  }
  patcher_.emplace(guest_, options_.cpu);
  unpatched_.emplace(options_, guest_);
  return unpatched_->prepare(image_.get());
}

void Run::start() {
  std::optional<Cycle> limit;
  if (options_.max_cycles != kNever) limit = options_.max_cycles;
  view_.emplace(options_.display == DisplayMode::kText, !options_.quiet && company_.name.empty(),
                limit);
  view_->attach(control_);
  control_.start();
}

bool Run::go_on(Cycle turn_end) {
  if (!view_) start();
  control_.set_turn_end(turn_end);
  const double begun = control_.elapsed();
  outcome_ = input_ ? input_->run(*machine_, control_, turn_end) : machine_->run(control_);
  seconds_ += control_.elapsed() - begun;
  return outcome_.end == RunEnd::kTurnOver;
}

int Run::finish() {
  view_->close();
  if (counting_) counting_->finish(*machine_);
  if (exit_waves_) exit_waves_->close();
  return write_all(outcome_, seconds_);
}

std::string Run::why_no_waves() const {
  if (options_.trace_from.empty() && options_.trace_to.empty()) {
    return "the run ended before the first cycle";
  }
  if (options_.trace_from.empty()) {
    return fmt::format("--trace-to {} comes before the first cycle", options_.trace_to);
  }
  const std::string to = options_.trace_to.empty() ? "" : " before --trace-to " + options_.trace_to;
  return fmt::format("the run did not reach --trace-from {}{}", options_.trace_from, to);
}

int Run::write_all(const RunOutcome& outcome, double seconds) {
  if (image_) image_->flush();
  log_.close();
  output_.release();
  const TextScreen screen = machine_->screen();
  if (options_.display == DisplayMode::kText) {
    const TerminalSize size = size_of_terminal(STDOUT_FILENO);
    standard_output().put(trimmed(to_text(screen, size.columns)) + "\n");
    standard_output().flush();
  }
  RunReport figures = report(outcome, seconds);
  figures.screen_hash = hash_screen(screen);
  figures.screen_rows = hash_rows(screen);
  if (image_ && !image_->failure().empty()) {
    complain(named(image_->failure()));
    figures.status = kExitFailed;
  }
  if (exits_) figures.explanation = explain_exits();
  if (sensitive_) figures.sensitive = sensitive_->report(guest_.symbols, options_.cpu);
  if (patcher_) figures.patch = explain_patching(figures);
  write_results(figures, screen);
  if (counting_) write_counters();
  explain(outcome, figures);
  if (!options_.quiet) show_tables(figures);
  const bool went_wrong = figures.patch && figures.patch->wrong();
  if (went_wrong && outcome.end != RunEnd::kInterrupted) return kExitFailed;
  if (outcome.empty_window && outcome.end != RunEnd::kInterrupted) {
    say("strata: {}\n", named("no waves: " + why_no_waves()));
    return kExitFailed;
  }
  if (!options_.region.empty()) {
    explain_region();
    if (counting_->passes().count() == 0) return kExitFailed;
  }
  return figures.status;
}

RunReport Run::report(const RunOutcome& outcome, double seconds) const {
  RunReport report;
  report.engine = options_.engine->name;
  report.guest = guest_.name;
  report.outcome = outcome_name(outcome.end);
  report.status = status_of(outcome);
  report.cycles = machine_->cycles();
  if (options_.engine->counts_instructions) report.instructions = machine_->instructions();
  report.seconds = seconds;
  report.clock_hz = options_.clock_hz;
  report.host = host_;
  report.exits = machine_->exits();
  report.counters = machine_->counters();
  report.marked = marks_.figures();
  if (disk_) report.counters.merge(disk_->counters());
  if (post_codes_ != 0) {
    report.counters["post.codes"] = post_codes_;
    report.counters["post.last"] = last_post_code_;
  }
  return report;
}

void Run::write_results(const RunReport& report, const TextScreen& screen) {
  write("--stats", [&] { return to_json(report); });
  if (profile_) write_profile(report);
  write("--record", [&] { return input_->record(); });
  write("--screen-text", [&] { return to_text(screen); });
  write("--screen-png", [&] { return to_png(machine_->picture().value_or(render(screen))); });
}

void Run::write_counters() {
  const auto text = [](const std::string& path, const CounterRows& rows, bool summaries) {
    return path.ends_with(".csv") ? rows.to_csv(summaries) : rows.to_json_lines(summaries);
  };
  write("--interval-file",
        [&] { return text(options_.interval_file, counting_->intervals(), false); });
  write("--region-file", [&] { return text(options_.region_file, counting_->passes(), true); });
}

void Run::explain_region() const {
  const CounterRows& passes = counting_->passes();
  if (passes.count() == 0) {
    say("strata: {}\n",
        named(fmt::format("no passes: the run did not go through --region {} to its end",
                          options_.region)));
    return;
  }
  if (options_.quiet) return;
  const CounterRows::Summary cycles = passes.summary("cycles");
  const auto median = static_cast<std::uint64_t>(cycles.median);
  const bool between = static_cast<double>(median) != cycles.median;
  const std::string region = named(options_.region);
  if (passes.count() == 1) {
    say("strata: {}: 1 pass, of {} cycles\n", region, group_digits(cycles.minimum));
    return;
  }
  say("strata: {}: {} passes, of {} cycles at least, {}{} in the median, {} at most\n", region,
      group_digits(passes.count()), group_digits(cycles.minimum), group_digits(median),
      between ? ".5" : "", group_digits(cycles.maximum));
  if (passes.count() > CounterRows::kMostRows) {
    say("strata: {}: of the first {} passes\n", region, group_digits(CounterRows::kMostRows));
  }
}

/// With the costs of calls that the guest has not made, where it could have made some.
Explanation Run::explain_exits() {
  CallCosts costs;
  if (wants_call_costs(*exits_) && !RunControl::interrupted()) {
    const auto figures = measurement_.take(RunControl::interrupted);
    auto measured = figures ? read_measurement(figures.value()) : figures.failure();
    if (measured) costs = std::move(*measured);
    if (!measured) complain(named("--explain: no costs of calls: " + measured.error()));
  }
  return strata::explain(*exits_, guest_.symbols, options_.cpu, options_.engine->on_host_time,
                         costs);
}

void Run::show_tables(const RunReport& report) const {
  constexpr std::size_t kMostRows = 30;
  say("{}", paging_table({{report, {}}}));
  if (report.explanation) say("{}", to_text(*report.explanation, kMostRows));
  if (report.sensitive) say("{}", to_text(*report.sensitive, kMostRows));
  if (report.patch) say("{}", to_text(*report.patch, kMostRows));
  if (options_.dump_blocks) say("{}", machine_->translations());
}

PatchReport Run::explain_patching(const RunReport& report) {
  PatchReport patching = patcher_->report();
  patching.trap_cycles = options_.trap_cycles;
  patching.cycles = report.cycles;
  unpatched_->compare(report, patching);
  return patching;
}

void Run::write_profile(const RunReport& report) {
  Profile profile = profile_->make(*machine_->recording());
  profile.engine = report.engine;
  profile.guest = report.guest;
  profile.outcome = report.outcome;
  profile.cpu = options_.cpu;
  write("--profile", [&] { return to_json(profile); });
}

void Run::explain(const RunOutcome& outcome, const RunReport& report) const {
  switch (outcome.end) {
    case RunEnd::kShutdown:
      say("strata: {}\n{}", named(fmt::format("triple fault in cycle {}", report.cycles)),
          to_text(machine_->state()));
      break;
    case RunEnd::kCheckFailed:
    case RunEnd::kInputFailed:
    case RunEnd::kHostFailed: say("strata: {}\n", named(outcome.report)); break;
    default: break;
  }
  if (options_.quiet || outcome.end == RunEnd::kOutputFailed) return;
  std::string line = named(fmt::format("{}: {}", report.engine, report.outcome));
  if (outcome.end == RunEnd::kExited || outcome.end == RunEnd::kQuit)
    line += fmt::format(" with status {}", report.status);
  line += fmt::format(" after {} cycles", group_digits(report.cycles));
  if (report.instructions) {
    line += fmt::format(", {} instructions", group_digits(*report.instructions));
  }
  line += fmt::format(" in {}", seconds_text(report.seconds));
  if (const auto mips = report.mips()) {
    line += fmt::format(" ({:.3f} MHz, {:.3f} MIPS)", report.cycles_per_second() / 1e6, *mips);
  }
  if (options_.post_port && post_codes_ != 0) {
    line += fmt::format("; last POST code {:02x}", last_post_code_);
  }
  say("strata: {}\n", line);
}

}  // namespace

std::unique_ptr<MachineRun> make_machine_run(const RunOptions& options, RunCompany company) {
  return std::make_unique<Run>(options, std::move(company));
}

int run_command(const RunOptions& options) {
  RunCompany alone;
  alone.standard_output_taken = find_standard_output(outputs_of(options)) != nullptr;
  alone.screen_shown = options.display == DisplayMode::kText;
  Run run(options, std::move(alone));
  if (auto error = run.check()) return report_error(*error);
  if (auto error = run.make()) return report_error(*error);
  if (auto error = run.open()) return report_error(*error);
  confine_runs({&options});
  run.go_on(kNever);
  return run.finish();
}

}  // namespace strata
