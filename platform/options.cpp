#include "platform/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "platform/cache_text.h"
#include "platform/comma_list.h"
#include "platform/command_table.h"
#include "platform/loader/guest_loader.h"
#include "platform/machine_memory.h"
#include "platform/native_program.h"
#include "platform/numbers.h"
#include "platform/option_files.h"
#include "platform/option_values.h"
#include "platform/paging_text.h"
#include "platform/rtc_text.h"
#include "platform/start_options.h"
#include "platform/vary.h"
#include "platform/version.h"

namespace strata {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kMinMemory = kMiB;
constexpr double kMinClockMhz = kMinClockHz / 1e6;
constexpr double kMaxClockMhz = 4'000;
constexpr double kMaxSeconds = 1e9;
constexpr unsigned kMaxCpi = 1000;
constexpr unsigned kMaxTlbEntries = 1 << 20;
constexpr unsigned kMaxMemoryLatency = 1000;
constexpr unsigned kMaxRepeats = 1000;
constexpr std::size_t kMaxColumns = 64;
constexpr std::uint64_t kMaxRows = 1'000'000'000;
constexpr std::uint64_t kMostBenchSectors = 100'000'000;
constexpr std::uint64_t kMaxLimit = 1'000'000;

/// "interp, block and kvm".
std::string names_with(std::string_view option) {
  Text names;
  for (const EngineEntry* engine : engines_with(option)) names.emplace_back(engine->name);
  const std::string last = names.back();
  names.pop_back();
  return names.empty() ? last : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

void read_devices(const Values& values, RunOptions& run) {
  const std::map<std::string, bool> twins = {{"rtl", false}, {"tlm", true}};
  for (const std::string& choice : values.list("device")) {
    const std::size_t equals = choice.find('=');
    const std::string device = choice.substr(0, equals);
    if (equals == std::string::npos ||
        std::ranges::find(kTwinDevices, device) == std::end(kTwinDevices)) {
      fail_option("--device: '{}' is not D=TWIN with D one of {} and TWIN rtl or tlm", choice,
                  fmt::join(kTwinDevices, ", "));
    }
    if (Values::pick("--device " + device, choice.substr(equals + 1), twins)) {
      run.tlm_devices.insert(device);
    } else {
      run.tlm_devices.erase(device);
    }
  }
}

/// FILE or FILE,share
void read_disk(std::string text, RunOptions& run) {
  constexpr std::string_view kShare = ",share";
  run.disk_shared = text.ends_with(kShare);
  if (run.disk_shared) {
    text.resize(text.size() - kShare.size());
    if (text.empty()) fail_option("--disk: '{}' names no file", kShare);
  }
  run.disk = std::move(text);
}

/// --memory sdram|fixed:N and --mem-latency N, which is fixed:N.
void read_memory_timing(const Values& values, RunOptions& run) {
  constexpr std::string_view kFixed = "fixed:";
  const std::string text = values.text("memory");
  if (text == "sdram") {
    run.sdram = true;
  } else {
    const auto cycles = text.starts_with(kFixed) ? parse_unsigned(text.substr(kFixed.size()))
                                                 : std::optional<std::uint64_t>{};
    if (!cycles || *cycles > kMaxMemoryLatency) {
      fail_option("--memory: '{}' is neither sdram nor fixed:N with N from 0 to {}", text,
                  kMaxMemoryLatency);
    }
    run.memory_latency = static_cast<unsigned>(*cycles);
  }
  if (!values.given("mem-latency")) return;
  const auto latency = static_cast<unsigned>(values.number("mem-latency", 0, kMaxMemoryLatency));
  if (values.given("memory") && (run.sdram || latency != run.memory_latency)) {
    fail_option("--mem-latency {} is --memory fixed:{}, not --memory {}; give one of them", latency,
                latency, text);
  }
  run.memory_latency = latency;
}

void read_caches(const Values& values, RunOptions& run) {
  auto caches = parse_cache_shape(values.text("cache"));
  if (!caches) fail_option("--cache: {}", caches.error());
  run.caches = *caches;
}

void read_paging(const Values& values, RunOptions& run) {
  if (auto error = parse_paging(values.text("paging"), run.paging)) {
    fail_option("--paging: {}", error->message);
  }
  if (auto error = parse_paging_cost(values.text("paging-cost"), run.paging)) {
    fail_option("--paging-cost: {}", error->message);
  }
  run.paging.tlb_entries = static_cast<unsigned>(values.number("paging-tlb", 0, kMaxTlbEntries));
}

void read_rtc(const Values& values, RunOptions& run) {
  if (auto error = parse_rtc(values.text("rtc"), run.rtc)) fail_option("--rtc: {}", error->message);
}

/// NAME@ADDRESS
void read_share(const Values& values, RunOptions& run) {
  if (!values.given("share")) return;
  const std::string text = values.text("share");
  const std::size_t at = text.find('@');
  const auto address = parse_unsigned(at == std::string::npos ? "" : text.substr(at + 1));
  if (at == 0 || !address || *address % SharedPage::kBytes != 0 ||
      !is_unclaimed(*address, SharedPage::kBytes, run.memory_bytes)) {
    fail_option(
        "--share: '{}' is not NAME@ADDRESS with a multiple of {:#x} where no memory and no device "
        "is, such as ring@0xC0000000",
        text, SharedPage::kBytes);
  }
  run.share = SharedPage{text.substr(0, at), static_cast<std::uint32_t>(*address), nullptr};
}

void read_machine(const Values& values, RunOptions& run) {
  read_start(values, run);
  run.serial_in = values.text("serial-in");
  read_disk(values.text("disk"), run);
  run.cpu = values.choice<CpuFamily>(
      "cpu", {{"386", CpuFamily::k386}, {"486", CpuFamily::k486}, {"586", CpuFamily::k586}});
  if (values.given("post-port")) {
    run.post_port = static_cast<std::uint16_t>(values.number("post-port", 0, 0xFFFF));
  }
  run.seed = values.number("seed", 0, ~std::uint64_t{0});
  read_rtc(values, run);
  run.reset_on_shutdown = values.choice<bool>("on-shutdown", {{"stop", false}, {"reset", true}});
  run.cpi = static_cast<unsigned>(values.number("cpi", 1, kMaxCpi));
  read_paging(values, run);
  read_memory_timing(values, run);
  read_caches(values, run);
  run.vga_memory = values.choice<VgaMemory>(
      "vga-memory", {{"shared", VgaMemory::kShared}, {"trap", VgaMemory::kTrap}});
  read_devices(values, run);

  const auto memory = parse_size(values.text("mem"), kMiB);
  if (!memory || *memory < kMinMemory || *memory > kMostMemoryBytes || *memory % 4096 != 0) {
    fail_option("--mem: '{}' is not a size from 1M to 2048M in steps of 4K", values.text("mem"));
  }
  run.memory_bytes = *memory;
  read_share(values, run);

  const auto mhz = parse_decimal(values.text("clock-mhz"));
  if (!mhz || *mhz < kMinClockMhz || *mhz > kMaxClockMhz) {
    fail_option("--clock-mhz: '{}' is not a number from {} to {}", values.text("clock-mhz"),
                kMinClockMhz, kMaxClockMhz);
  }
  run.clock_hz = static_cast<std::uint64_t>(std::llround(*mhz * 1e6));
}

void read_limits(const Values& values, RunOptions& run) {
  run.sandbox = !values.given("no-sandbox");
  if (values.given("max-cycles")) run.max_cycles = values.count("max-cycles", 1, kNever - 1);
  if (!values.given("timeout")) return;
  const auto seconds = parse_decimal(values.text("timeout"));
  if (!seconds || *seconds <= 0 || *seconds > kMaxSeconds) {
    fail_option("--timeout: '{}' is not a number of seconds above 0, up to {}",
                values.text("timeout"), kMaxSeconds);
  }
  run.timeout = std::chrono::duration<double>(*seconds);
}

void read_counting(const Values& values, RunOptions& run) {
  if (values.given("interval")) run.interval = values.count("interval", 1, kNever - 1);
  run.interval_file = values.text("interval-file");
  run.region = values.text("region");
  run.region_file = values.text("region-file");
  if (values.given("interval") != values.given("interval-file")) {
    fail_option("--interval N and --interval-file FILE go together; give both");
  }
  if (values.given("region-file") && !values.given("region")) {
    fail_option("--region-file needs --region FUNCTION or --region FROM..TO");
  }
}

void read_patching(const Values& values, RunOptions& run) {
  run.patch = values.given("patch");
  run.trap_cycles = values.number("trap-cycles", 0, 1'000'000);
  if (run.patch && run.sensitive) {
    fail_option("--sensitive looks at the guest as it is, --patch changes it; give one of them");
  }
  if (run.patch && !run.input.empty()) {
    fail_option("--patch runs the guest again, without --input; give one of them");
  }
}

void read_output(const Values& values, RunOptions& run) {
  run.display = values.choice<DisplayMode>(
      "display", {{"none", DisplayMode::kNone}, {"text", DisplayMode::kText}});
  run.input = values.text("input");
  run.record = values.text("record");
  run.console = values.text("console");
  run.serial = values.text("serial");
  run.screen_text = values.text("screen-text");
  run.screen_png = values.text("screen-png");
  run.stats = values.text("stats");
  read_counting(values, run);
  run.profile = values.text("profile");
  run.explain = values.given("explain");
  run.dump_blocks = values.given("dump-blocks");
  run.perf_map = values.given("perf-map");
  run.sensitive = values.given("sensitive");
  read_patching(values, run);
  run.log = values.text("log");
  run.verbose = values.given("verbose");
  run.quiet = values.given("quiet");
}

void read_waves(const Values& values, RunOptions& run) {
  run.vcd = values.text("vcd");
  run.fst = values.text("fst");
  run.trace_from = values.text("trace-from");
  run.trace_to = values.text("trace-to");
  run.check = values.given("check");
  if (values.given("trace-last")) run.trace_last = values.count("trace-last", 1, 100'000'000);
  const bool traces = !run.vcd.empty() || !run.fst.empty();
  for (const char* name : {"trace-from", "trace-to", "trace-last"}) {
    if (values.given(name) && !traces) fail_option("--{} needs --vcd FILE or --fst FILE", name);
  }
}

void check_engine(const Values& values, const EngineEntry* engine) {
  for (const EngineEntry& other : engines()) {
    for (const std::string_view name : other.options) {
      if (has_option(engine, name) || !values.given(std::string(name))) continue;
      fail_option("--{} works with --engine {} only, not with {}", name, names_with(name),
                  engine->name);
    }
  }
}

/// What another `run` of the same engine and machine is given, with a guest of its own.
Text machine_arguments(const Values& values, const EngineEntry* engine) {
  OptionGroup group = machine_groups().front();
  std::erase_if(group.options, [](const OptionText& option) {
    return option.names_file() || option.name == "post-port" || is_of_start(option.name);
  });
  Text arguments = values.forwarded(to_description(group), engine);
  arguments.push_back("--engine=" + std::string(engine->name));
  if (values.given("no-sandbox")) arguments.emplace_back("--no-sandbox");
  return arguments;
}

RunOptions read_run(const Values& values) {
  RunOptions run;
  run.engine = pick_engine("--engine", values.text("engine"));
  check_engine(values, run.engine);
  read_machine(values, run);
  read_limits(values, run);
  read_output(values, run);
  read_waves(values, run);
  run.machine_arguments = machine_arguments(values, run.engine);
  return run;
}

Command parse_run(const Text& arguments) {
  const Values values(command_text("run"), arguments, "guest", names_machine_file);
  if (values.given("help")) return ShowText{values.help()};
  if (values.positionals().size() > 1) return machines_of_files(values, read_run);
  if (values.given("quantum")) fail_option("--quantum: there is one machine only; name several");
  RunOptions run = names_machine_file(values.positional())
                       ? run_of_file(values, values.positional(), read_run)
                       : read_run(values);
  check_partner(run, 1);
  return run;
}

Command parse_config(const Text& arguments) {
  const Values values(command_text("config"), arguments, "guest");
  if (values.given("help")) return ShowText{values.help()};
  return ShowText{machine_file_of(values, read_run)};
}

/// What may be varied: an option of the machine that names no file.
bool can_vary(const std::string& name) {
  return std::ranges::any_of(machine_groups().front().options, [&](const OptionText& option) {
    return option.name == name && !option.names_file();
  });
}

std::vector<VariedOption> read_varied(const Values& values) {
  std::vector<VariedOption> all;
  for (const std::string& text : values.list("vary")) {
    auto option = parse_varied_option(text);
    if (!option) fail_option("{}", option.error());
    const std::string& name = option->name;
    if (!can_vary(name))
      fail_option("--vary: '{}' is not an option of the machine without a file", name);
    if (values.given(name)) fail_option("--{} is given and varied; give one of them", name);
    if (std::ranges::find(all, name, &VariedOption::name) != all.end()) {
      fail_option("--vary: {} is varied twice; name all its values in one", name);
    }
    all.push_back(std::move(*option));
  }
  return all;
}

/// Those of --engines; without it, where options are varied, those that all of these mean
/// something to.
std::vector<const EngineEntry*> read_engines(const Values& values,
                                             const std::vector<VariedOption>& varied) {
  auto names = comma_list(values.text("engines"));
  std::erase(names, kNative);
  if (names.empty()) fail_option("--engines: native runs beside an engine; name one");
  auto chosen = pick_engines(names, "; --repeat runs each engine several times");
  if (values.given("engines") || varied.empty()) return chosen;
  std::erase_if(chosen, [&](const EngineEntry* engine) {
    return !std::ranges::all_of(varied, [&](const auto& v) { return has_option(engine, v.name); });
  });
  if (chosen.empty())
    fail_option("--vary: no engine has all of these options; name some with --engines");
  return chosen;
}

/// Without --engines where it is to be had and nothing is varied that it does not have.
NativeChoice read_native(const Values& values, const std::vector<VariedOption>& varied) {
  const auto names = comma_list(values.text("engines"));
  const auto count = std::ranges::count(names, kNative);
  if (count > 1) fail_option("--engines: {} is named twice", kNative);
  if (count == 1) return NativeChoice::kYes;
  return values.given("engines") || !varied.empty() ? NativeChoice::kNo : NativeChoice::kIfThere;
}

/// An option that none of the engines knows would be without effect.
void check_engines(const Values& values, const po::options_description& options,
                   const std::vector<VariedOption>& varied,
                   const std::vector<const EngineEntry*>& chosen) {
  for (const auto& option : options.options()) {
    const std::string& name = option->long_name();
    const auto knows = [&](const EngineEntry* engine) { return has_option(engine, name); };
    const bool used =
        values.given(name) || std::ranges::find(varied, name, &VariedOption::name) != varied.end();
    if (!used || std::ranges::any_of(chosen, knows)) continue;
    fail_option("--{} works with {} only, which --engines does not name", name, names_with(name));
  }
}

/// The columns of one engine: it does not run again for options it does not know. Each is checked
/// as the `run` it becomes.
void add_runs(const Values& values, const po::options_description& passed_on,
              std::vector<VariedOption> varied, const EngineEntry* engine,
              CompareOptions& compare) {
  std::erase_if(varied, [&](const VariedOption& v) { return !has_option(engine, v.name); });
  for (Parameters& parameters : combine(varied)) {
    Text arguments = values.forwarded(passed_on, engine);
    for (const auto& [name, value] : parameters) arguments.push_back("--" + name + "=" + value);
    Text whole = arguments;
    if (compare.explain) arguments.push_back("--explain");
    whole.push_back("--engine=" + std::string(engine->name));
    if (!values.positional().empty()) whole.insert(whole.end(), {"--", values.positional()});
    read_run(Values(command_text("run"), whole, "guest"));
    compare.runs.push_back({engine, std::move(parameters), std::move(arguments)});
    if (compare.runs.size() > kMaxColumns) fail_option("--vary: more than {} runs", kMaxColumns);
  }
}

Command parse_compare(const Text& arguments) {
  const Values values(command_text("compare"), arguments, "guest");
  if (values.given("help")) return ShowText{values.help()};
  CompareOptions compare;
  read_machine(values, compare.common);
  read_limits(values, compare.common);
  compare.json = values.text("json");
  compare.repeats = static_cast<unsigned>(values.number("repeat", 1, kMaxRepeats));
  compare.share_disk = values.given("share-disk");
  compare.explain = values.given("explain");

  const po::options_description passed_on = to_description(machine_groups());
  const auto varied = read_varied(values);
  const auto chosen = read_engines(values, varied);
  check_engines(values, passed_on, varied, chosen);
  compare.varies = !varied.empty();
  compare.native = read_native(values, varied);
  for (const EngineEntry* engine : chosen) add_runs(values, passed_on, varied, engine, compare);
  return compare;
}

Command parse_profile(const Text& arguments) {
  const Values values(command_text("profile"), arguments, "profile");
  if (values.given("help")) return ShowText{values.help()};
  ProfileOptions profile;
  profile.file = values.positional();
  if (profile.file.empty())
    fail_option("profile: give a file that 'strata run --profile FILE' has written");
  profile.unit = values.choice<ProfileUnit>("by", {{"function", ProfileUnit::kFunction},
                                                   {"line", ProfileUnit::kLine},
                                                   {"instruction", ProfileUnit::kInstruction}});
  profile.annotate = values.text("annotate");
  profile.other = values.text("diff");
  profile.folded = values.given("folded");
  profile.csv = values.given("csv");
  profile.most = values.number("top", 0, kMaxRows);
  values.refuse_together({"annotate", "folded", "diff"});
  values.refuse_together({"annotate", "folded", "by"});
  values.refuse_together({"folded", "csv"});
  return profile;
}

/// Different ones, in ascending order.
std::vector<std::uint64_t> read_counts(const Values& values, const std::string& name,
                                       std::uint64_t most) {
  std::vector<std::uint64_t> counts;
  for (const std::string& text : comma_list(values.text(name))) {
    const auto count = parse_count(text);
    if (!count || *count < 1 || *count > most) {
      fail_option("--{}: '{}' is not a whole number from 1 to {}", name, text, most);
    }
    counts.push_back(*count);
  }
  std::ranges::sort(counts);
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  return counts;
}

/// Those of `choices` that are named, with commas between them; all of them without names.
Text read_ways(const Values& values, const Text& choices) {
  if (!values.given("ways")) return choices;
  const Text ways = comma_list(values.text("ways"));
  for (const std::string& way : ways) {
    if (std::ranges::find(choices, way) != choices.end()) continue;
    fail_option("--ways: '{}' is not one of {}", way, fmt::join(choices, ", "));
  }
  return ways;
}

Command parse_bench(const Text& arguments) {
  const Values values(command_text("bench"), arguments, "device");
  if (values.given("help")) return ShowText{values.help()};
  BenchOptions bench;
  if (values.positional() != "disk" && values.positional() != "vga") {
    fail_option("bench: give 'bench disk' or 'bench vga'");
  }
  const bool disk = values.positional() == "disk";
  bench.device = disk ? BenchDevice::kDisk : BenchDevice::kScreen;
  for (const char* name : {"sectors", "write", "read"}) {
    if (!disk && values.given(name)) fail_option("--{} is of 'bench disk'", name);
  }
  if (disk && values.given("frames")) fail_option("--frames is of 'bench vga'");
  bench.engines = pick_engines(comma_list(values.text("engines")), "");
  bench.counts = read_counts(values, disk ? "sectors" : "frames", kMostBenchSectors);
  bench.ways = read_ways(values, disk ? Text{"pio", "rep", "call", "list", "ring"}
                                      : Text{"memory", "trap", "call", "frame"});
  bench.read = disk && (values.given("read") || !values.given("write"));
  bench.write = !disk || values.given("write") || !values.given("read");
  constexpr double kRtlLimit = 60;
  bench.limit = static_cast<double>(values.number("limit", 1, kMaxLimit));
  bench.rtl_limit = values.given("limit") ? bench.limit : kRtlLimit;
  bench.json = values.text("json");
  bench.csv = values.text("csv");
  bench.plot = values.text("plot");
  return bench;
}

Command parse_info(const Text& arguments) {
  const Values values(command_text("info"), arguments, nullptr);
  if (values.given("help")) return ShowText{values.help()};
  return InfoOptions{};
}

Command parse_disk(const Text& arguments) {
  const auto wants_help = [](const std::string& a) { return a == "--help" || a == "-h"; };
  if (std::any_of(arguments.begin(), arguments.end(), wants_help)) {
    const CommandText& create = command_text("disk create");
    return ShowText{fmt::format("{}\n\n{}", create.synopsis, create.text)};
  }
  Text rest = arguments;
  // Behind -- a name may begin with a dash.
  const bool plain = rest.size() > 1 && rest[1] == "--";
  if (plain) rest.erase(rest.begin() + 1);
  if (rest.size() != 3 || rest[0] != "create") {
    fail_option("disk: give 'disk create FILE SIZE', for example 'disk create disk.img 1M'");
  }
  if (!plain && rest[1].starts_with('-')) {
    fail_option("disk create: unrecognised option '{}'; try 'strata disk --help'", rest[1]);
  }
  const auto bytes = parse_size(rest[2], 1);
  if (!bytes) fail_option("disk create: '{}' is not a size such as 512K, 1M or 1048576", rest[2]);
  return DiskCreateOptions{rest[1], *bytes};
}

Command parse(const Text& arguments) {
  if (arguments.empty()) fail_option("no command given; try 'strata --help'");
  const std::string& command = arguments[0];
  Text rest(arguments.begin() + 1, arguments.end());
  if (command == "help" && !rest.empty()) {
    rest.push_back("--help");
    return parse(rest);
  }
  if (command == "--help" || command == "-h" || command == "help") return ShowText{general_help()};
  if (command == "--version") return ShowText{fmt::format("strata {}\n", kVersion)};
  if (command == "run") return parse_run(rest);
  if (command == "compare") return parse_compare(rest);
  if (command == "bench") return parse_bench(rest);
  if (command == "config") return parse_config(rest);
  if (command == "profile") return parse_profile(rest);
  if (command == "info") return parse_info(rest);
  if (command == "disk") return parse_disk(rest);
  fail_option(
      "'{}' is not one of run, compare, bench, config, profile, info, disk; try 'strata --help'",
      command);
}

}  // namespace

Result<Command> parse_command_line(const std::vector<std::string>& arguments) {
  try {
    return parse(arguments);
  } catch (const BadOption& bad) {
    return Error{bad.message};
  } catch (const po::error& error) {
    const std::string command = arguments.empty() ? "" : " " + arguments[0];
    return Error{fmt::format("{}; try 'strata{} --help'", error.what(), command)};
  }
}

}  // namespace strata
