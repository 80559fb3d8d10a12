#include "platform/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cmath>
#include <map>
#include <sstream>

#include "platform/numbers.h"
#include "platform/options_help.h"
#include "platform/version.h"

namespace strata {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kMinMemory = kMiB;
constexpr std::uint64_t kMaxMemory = 2048 * kMiB;
constexpr double kMaxClockMhz = 4'000;
constexpr unsigned kMaxCpi = 1000;
constexpr unsigned kMaxMemoryLatency = 1000;

/// Thrown inside this file only; parse_command_line() turns it into an Error.
struct BadOption {
  std::string message;
};

template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw BadOption{fmt::format(format, std::forward<Args>(args)...)};
}

using Text = std::vector<std::string>;

po::options_description machine_options() {
  po::options_description options("Machine");
  auto add = options.add_options();
  add("disk", po::value<std::string>()->value_name("FILE"),
      "raw image of the ATA drive, written in place; FILE,share reads it, as others may");
  add("mem", po::value<std::string>()->value_name("SIZE")->default_value("16M"),
      "RAM, 1M to 2048M; a bare number counts MiB");
  add("cpu", po::value<std::string>()->value_name("MODEL")->default_value("586"),
      "processor: 386, 486 or 586, all without FPU");
  add("clock-mhz", po::value<std::string>()->value_name("F")->default_value("25"),
      "CPU clock; timers derive from it");
  add("bios", po::value<std::string>()->value_name("FILE"),
      "boot ROM of your own, to end at 1 MiB and at 4 GiB");
  add("post-port", po::value<std::string>()->value_name("PORT"),
      "a port whose bytes are POST codes too, beside port 80");
  add("append", po::value<std::string>()->value_name("TEXT"), "command line of a multiboot guest");
  add("seed", po::value<std::string>()->value_name("N")->default_value("0"),
      "power-on contents of RAM: 0 zeroes, else random");
  add("device", po::value<Text>()->value_name("D=TWIN")->composing(),
      "rtl: vga or ata as rtl or tlm, e.g. ata=tlm");
  add("mem-latency", po::value<std::string>()->value_name("N")->default_value("2"),
      "rtl: wait cycles of the memory");
  add("cpi", po::value<std::string>()->value_name("N")->default_value("1"),
      "interp: cycles an instruction");
  add("vga-memory", po::value<std::string>()->value_name("HOW")->default_value("shared"),
      "interp, kvm: shared with the display, or trap on every write");
  return options;
}

po::options_description limit_options() {
  po::options_description options("Limits");
  auto add = options.add_options();
  add("max-cycles", po::value<std::string>()->value_name("N"), "end after N CPU cycles (status 4)");
  add("timeout", po::value<std::string>()->value_name("SECONDS"),
      "end after so many host seconds (status 4)");
  return options;
}

po::options_description output_options() {
  po::options_description options("Output");
  auto add = options.add_options();
  add("display", po::value<std::string>()->value_name("HOW")->default_value("none"),
      "none, or text: the screen in this terminal");
  add("console", po::value<std::string>()->value_name("FILE"),
      "bytes of the debug console, else on standard output");
  add("serial", po::value<std::string>()->value_name("FILE"),
      "bytes of the serial port; stdio for standard output");
  add("screen-text", po::value<std::string>()->value_name("FILE"),
      "final screen as text; - likewise");
  add("screen-png", po::value<std::string>()->value_name("FILE"), "final screen as a picture");
  add("stats", po::value<std::string>()->value_name("FILE"),
      "figures of the run as JSON; - for standard output");
  add("log", po::value<std::string>()->value_name("FILE"), "what the devices did, by cycle");
  add("verbose", "the same on standard error");
  add("quiet", "no status line and no closing line");
  return options;
}

po::options_description wave_options() {
  po::options_description options("Waves and checks (rtl)");
  auto add = options.add_options();
  add("vcd", po::value<std::string>()->value_name("FILE"), "waves as VCD");
  add("fst", po::value<std::string>()->value_name("FILE"), "waves as FST");
  add("trace-from", po::value<std::string>()->value_name("WHEN"), "begin at a cycle or symbol");
  add("trace-to", po::value<std::string>()->value_name("WHEN"), "end at a cycle or symbol");
  add("trace-last", po::value<std::string>()->value_name("N"),
      "keep only the last N cycles before the end");
  add("check", "compare every instruction with the interpreter");
  return options;
}

po::options_description run_options() {
  po::options_description options;
  static const std::string names = engine_names();
  options.add_options()(
      "engine", po::value<std::string>()->value_name("E")->default_value("interp"), names.c_str());
  options.add(machine_options()).add(limit_options()).add(output_options()).add(wave_options());
  return options;
}

/// All of them, as --engines takes them.
std::string engine_list() {
  Text names;
  for (const EngineEntry& engine : engines()) names.emplace_back(engine.name);
  return fmt::format("{}", fmt::join(names, ","));
}

/// What --help says of each.
std::string engine_help() {
  std::string text = "\nEngines:\n";
  for (const EngineEntry& engine : engines()) {
    text += fmt::format("  {:<8}{}\n", engine.name, engine.description);
  }
  return text + '\n';
}

po::options_description compare_options() {
  po::options_description own("Comparison");
  auto add = own.add_options();
  add("engines", po::value<std::string>()->value_name("LIST")->default_value(engine_list()),
      "which, separated by commas");
  add("json", po::value<std::string>()->value_name("FILE"),
      "the table as JSON; - for standard output");
  add("share-disk", "run on the image itself instead of a copy for each engine");
  po::options_description options;
  options.add(own).add(machine_options()).add(limit_options());
  return options;
}

const EngineEntry* pick_engine(const char* option, const std::string& name) {
  if (const EngineEntry* engine = find_engine(name)) return engine;
  fail("{}: '{}' is not {}", option, name, engine_names());
}

/// The engines that `run`'s option means something to.
std::vector<const EngineEntry*> engines_with(std::string_view option) {
  std::vector<const EngineEntry*> all;
  std::vector<const EngineEntry*> some;
  for (const EngineEntry& engine : engines()) {
    all.push_back(&engine);
    if (std::ranges::find(engine.options, option) != engine.options.end()) some.push_back(&engine);
  }
  return some.empty() ? all : some;
}

bool has_option(const EngineEntry* engine, std::string_view option) {
  const auto with = engines_with(option);
  return std::ranges::find(with, engine) != with.end();
}

/// Parsed options of one command, with access by name and messages that quote the name.
class Values {
 public:
  Values(po::options_description visible, const Text& arguments, const char* positional) {
    visible.add_options()("help", "this text");
    help_ = to_text(visible);
    po::options_description all;
    all.add(visible).add_options()("positional", po::value<Text>()->composing());
    po::positional_options_description positions;
    positions.add("positional", -1);
    // No abbreviations: a script must not change its meaning when an option is added.
    const int style =
        po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    auto parser =
        po::command_line_parser(arguments).options(all).positional(positions).style(style);
    po::store(parser.run(), map_);
    if (map_.count("positional") != 0) positional_ = map_["positional"].as<Text>();
    if (positional_.size() > 1 || (positional_.size() == 1 && positional == nullptr)) {
      fail("unexpected argument '{}'; {}", positional_.back(),
           positional ? fmt::format("only one {} is taken", positional)
                      : std::string("this command takes none"));
    }
  }

  const std::string& help() const { return help_; }
  std::string positional() const { return positional_.empty() ? "" : positional_[0]; }
  bool given(const std::string& name) const {
    return map_.count(name) != 0 && !map_[name].defaulted();
  }
  std::string text(const std::string& name) const {
    return map_.count(name) != 0 ? map_[name].as<std::string>() : "";
  }
  Text list(const std::string& name) const {
    return map_.count(name) != 0 ? map_[name].as<Text>() : Text{};
  }

  std::uint64_t number(const std::string& name, std::uint64_t min, std::uint64_t max) const {
    const auto value = parse_unsigned(text(name));
    if (!value || *value < min || *value > max) {
      fail("--{}: '{}' is not a whole number from {} to {}", name, text(name), min, max);
    }
    return *value;
  }

  template <typename T>
  T choice(const std::string& name, const std::map<std::string, T>& choices) const {
    return pick("--" + name, text(name), choices);
  }

  template <typename T>
  static T pick(const std::string& what, const std::string& text,
                const std::map<std::string, T>& choices) {
    const auto found = choices.find(text);
    if (found != choices.end()) return found->second;
    Text names;
    for (const auto& [name, value] : choices) names.push_back(name);
    fail("{}: '{}' is not one of {}", what, text, fmt::join(names, ", "));
  }

  /// The options given on the command line that concern `engine`, to be passed on.
  Text forwarded(const po::options_description& from, const EngineEntry* engine) const {
    Text arguments;
    for (const auto& option : from.options()) {
      const std::string& name = option->long_name();
      if (!given(name) || !has_option(engine, name)) continue;
      if (map_[name].value().type() == typeid(Text)) {
        for (const std::string& value : list(name)) arguments.push_back("--" + name + "=" + value);
      } else {
        arguments.push_back("--" + name + "=" + text(name));
      }
    }
    return arguments;
  }

 private:
  static std::string to_text(const po::options_description& options) {
    std::ostringstream out;
    out << options;
    return out.str();
  }

  std::string help_;
  po::variables_map map_;
  Text positional_;
};

void read_devices(const Values& values, RunOptions& run) {
  const std::map<std::string, Twin> twins = {{"rtl", Twin::kRtl}, {"tlm", Twin::kTlm}};
  for (const std::string& choice : values.list("device")) {
    const std::size_t equals = choice.find('=');
    const std::string device = choice.substr(0, equals);
    if (equals == std::string::npos || (device != "vga" && device != "ata")) {
      fail("--device: '{}' is not vga=TWIN or ata=TWIN with TWIN rtl or tlm", choice);
    }
    const Twin twin = Values::pick("--device " + device, choice.substr(equals + 1), twins);
    (device == "vga" ? run.vga : run.ata) = twin;
  }
}

/// FILE or FILE,share
void read_disk(std::string text, RunOptions& run) {
  constexpr std::string_view kShare = ",share";
  run.disk_shared = text.ends_with(kShare);
  if (run.disk_shared) text.resize(text.size() - kShare.size());
  run.disk = std::move(text);
}

void read_machine(const Values& values, RunOptions& run) {
  run.guest = values.positional();
  read_disk(values.text("disk"), run);
  run.bios = values.text("bios");
  run.append = values.text("append");
  run.cpu = values.choice<CpuFamily>(
      "cpu", {{"386", CpuFamily::k386}, {"486", CpuFamily::k486}, {"586", CpuFamily::k586}});
  if (values.given("post-port")) {
    run.post_port = static_cast<std::uint16_t>(values.number("post-port", 0, 0xFFFF));
  }
  run.seed = values.number("seed", 0, ~std::uint64_t{0});
  run.cpi = static_cast<unsigned>(values.number("cpi", 1, kMaxCpi));
  run.memory_latency = static_cast<unsigned>(values.number("mem-latency", 0, kMaxMemoryLatency));
  run.vga_memory = values.choice<VgaMemory>(
      "vga-memory", {{"shared", VgaMemory::kShared}, {"trap", VgaMemory::kTrap}});
  read_devices(values, run);

  const auto memory = parse_size(values.text("mem"), kMiB);
  if (!memory || *memory < kMinMemory || *memory > kMaxMemory || *memory % 4096 != 0) {
    fail("--mem: '{}' is not a size from 1M to 2048M in steps of 4K", values.text("mem"));
  }
  run.memory_bytes = *memory;

  const auto mhz = parse_decimal(values.text("clock-mhz"));
  if (!mhz || *mhz < 1 || *mhz > kMaxClockMhz) {
    fail("--clock-mhz: '{}' is not a number from 1 to {}", values.text("clock-mhz"), kMaxClockMhz);
  }
  run.clock_hz = static_cast<std::uint64_t>(std::llround(*mhz * 1e6));

  if (run.guest.empty() && run.bios.empty()) {
    fail("no guest given; name an ELF file, a boot sector or a disk image, or use --bios FILE");
  }
}

void read_limits(const Values& values, RunOptions& run) {
  if (values.given("max-cycles")) run.max_cycles = values.number("max-cycles", 1, kNever - 1);
  if (!values.given("timeout")) return;
  const auto seconds = parse_decimal(values.text("timeout"));
  if (!seconds || *seconds <= 0 || *seconds > 1e9) {
    fail("--timeout: '{}' is not a number of seconds above 0", values.text("timeout"));
  }
  run.timeout = std::chrono::duration<double>(*seconds);
}

void read_output(const Values& values, RunOptions& run) {
  run.display = values.choice<DisplayMode>(
      "display", {{"none", DisplayMode::kNone}, {"text", DisplayMode::kText}});
  run.console = values.text("console");
  run.serial = values.text("serial");
  run.screen_text = values.text("screen-text");
  run.screen_png = values.text("screen-png");
  run.stats = values.text("stats");
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
  if (values.given("trace-last")) run.trace_last = values.number("trace-last", 1, 100'000'000);
  const bool traces = !run.vcd.empty() || !run.fst.empty();
  for (const char* name : {"trace-from", "trace-to", "trace-last"}) {
    if (values.given(name) && !traces) fail("--{} needs --vcd FILE or --fst FILE", name);
  }
}

void check_engine(const Values& values, const EngineEntry* engine) {
  for (const EngineEntry& other : engines()) {
    for (const std::string_view name : other.options) {
      if (has_option(engine, name) || !values.given(std::string(name))) continue;
      Text names;
      for (const EngineEntry* with : engines_with(name)) names.emplace_back(with->name);
      fail("--{} works with --engine {} only, not with {}", name, fmt::join(names, " and "),
           engine->name);
    }
  }
}

Command parse_run(const Text& arguments) {
  const Values values(run_options(), arguments, "guest");
  if (values.given("help")) return ShowText{kRunHelp + engine_help() + values.help()};
  RunOptions run;
  run.engine = pick_engine("--engine", values.text("engine"));
  check_engine(values, run.engine);
  read_machine(values, run);
  read_limits(values, run);
  read_output(values, run);
  read_waves(values, run);
  return run;
}

Command parse_compare(const Text& arguments) {
  const Values values(compare_options(), arguments, "guest");
  if (values.given("help")) return ShowText{kCompareHelp + engine_help() + values.help()};
  CompareOptions compare;
  read_machine(values, compare.common);
  read_limits(values, compare.common);
  compare.json = values.text("json");
  compare.share_disk = values.given("share-disk");

  auto passed_on = machine_options();
  passed_on.add(limit_options());
  std::istringstream list(values.text("engines"));
  for (std::string name; std::getline(list, name, ',');) {
    const EngineEntry* engine = pick_engine("--engines", name);
    compare.engines.push_back({engine, values.forwarded(passed_on, engine)});
  }
  if (compare.engines.empty()) fail("--engines: name at least one of {}", engine_names());
  return compare;
}

Command parse_info(const Text& arguments) {
  const Values values(po::options_description(), arguments, nullptr);
  if (values.given("help")) return ShowText{kInfoHelp + values.help()};
  return InfoOptions{};
}

Command parse_disk(const Text& arguments) {
  const auto wants_help = [](const std::string& a) { return a == "--help" || a == "-h"; };
  if (std::any_of(arguments.begin(), arguments.end(), wants_help)) return ShowText{kDiskHelp};
  if (arguments.size() != 3 || arguments[0] != "create") {
    fail("disk: give 'disk create FILE SIZE', for example 'disk create disk.img 1M'");
  }
  const auto bytes = parse_size(arguments[2], 1);
  if (!bytes) fail("disk create: '{}' is not a size such as 512K, 1M or 1048576", arguments[2]);
  return DiskCreateOptions{arguments[1], *bytes};
}

Command parse(const Text& arguments) {
  if (arguments.empty()) fail("no command given; try 'strata --help'");
  const std::string& command = arguments[0];
  const Text rest(arguments.begin() + 1, arguments.end());
  if (command == "--help" || command == "-h" || command == "help") return ShowText{kGeneralHelp};
  if (command == "--version") return ShowText{fmt::format("strata {}\n", kVersion)};
  if (command == "run") return parse_run(rest);
  if (command == "compare") return parse_compare(rest);
  if (command == "info") return parse_info(rest);
  if (command == "disk") return parse_disk(rest);
  fail("'{}' is not one of run, compare, info, disk; try 'strata --help'", command);
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
