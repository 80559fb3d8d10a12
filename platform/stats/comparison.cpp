#include "platform/stats/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>

#include "platform/stats/both_ways.h"
#include "platform/stats/cpi_stack.h"
#include "platform/stats/number_text.h"
#include "platform/stats/paging_table.h"
#include "platform/stats/report_json.h"
#include "platform/stats/table_columns.h"

namespace strata {
namespace {

/// What `exits` counts under a name, on every engine that has it.
struct EventText {
  const char* name;
  const char* meaning;
};
constexpr EventText kEvents[] = {
    {"port", "reads and writes of ports, by dword"},
    {"mmio", "reads and writes that no memory answered (a device, ROM, nothing), by dword"},
    {"hlt", "times the CPU slept in HLT"},
    {"interrupt", "interrupts delivered"},
    {"exception", "exceptions delivered (rtl counts them)"},
    {"vm-exit", "times KVM returned to the program, for any reason"},
    {"interrupt-window", "of these, to take a waiting interrupt"},
    {"signal", "of these, for a timer or a stop"},
    {"software-step", "of these, for an instruction KVM cannot run"},
    {"shutdown", "of these, after a triple fault"},
    {"other", "of these, for what KVM does not explain"},
};

struct CyclesText {
  const char* engine;
  const char* meaning;
};
constexpr CyclesText kCycles[] = {
    {"rtl", "clock cycles of the machine"},
    {"interp", "instructions and further iterations of REP times --cpi, and the time halted"},
    {"block", "as in interp"},
    {"jit", "as in interp"},
    {"kvm", "the host's time in cycles of --clock-mhz"},
    {"native", "none; the guest's own code as a process of the host, without a machine"},
};

/// The CPU sleeps when the bus has come to rest (rtl/cpu/cpu_events.sv), and a run whose last
/// instruction is HLT ends then.
constexpr const char* kHaltedText =
    "asleep in HLT, from its retirement on: before it sleeps a fetch under way is ended";

std::optional<double> fastest_seconds(const Comparison& comparison) {
  std::optional<double> fastest;
  for (const ComparedRun& run : comparison.runs) {
    if (!run.finished() || run.report.seconds <= 0) continue;
    fastest = std::min(fastest.value_or(run.report.seconds), run.report.seconds);
  }
  return fastest;
}

/// Times the fastest's time; nothing for a run that was cut off.
std::optional<double> slow_down(const Comparison& comparison, const ComparedRun& run) {
  const auto fastest = fastest_seconds(comparison);
  if (!fastest || !run.finished()) return std::nullopt;
  return run.report.seconds / *fastest;
}

/// Times the time of the run behind it in the table, the next rung of the ladder; nothing where one
/// of the two was cut off, or where the runs are of one engine with several options.
std::optional<double> next_rung(const Comparison& comparison, const ComparedRun& run) {
  const auto next = static_cast<std::size_t>(&run - comparison.runs.data()) + 1;
  if (next >= comparison.runs.size() || !varied_names(comparison.runs).empty()) return std::nullopt;
  const ComparedRun& other = comparison.runs[next];
  if (!run.finished() || !other.finished() || other.report.seconds <= 0) return std::nullopt;
  return run.report.seconds / other.report.seconds;
}

using Cell = std::function<std::string(const ComparedRun&)>;

std::string row(const Comparison& comparison, const std::string& label, const Cell& cell) {
  std::string line = fmt::format("{:<{}}", label, kLabelWidth);
  for (const ComparedRun& run : comparison.runs) {
    line += fmt::format(" {:>{}}", cell(run), kColumnWidth - 1);
  }
  return line + "\n";
}

std::string known(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

/// Time, its spread and the ranking: of runs that finished only.
std::string times(const Comparison& c) {
  std::size_t repeats = 1;
  for (const ComparedRun& run : c.runs) repeats = std::max(repeats, run.seconds.size());
  std::string text =
      row(c, repeats > 1 ? fmt::format("time, median of {}", repeats) : "wall time",
          [](const ComparedRun& r) { return r.finished() ? seconds_text(r.report.seconds) : "-"; });
  if (repeats > 1) {
    text += row(c, "spread", [](const ComparedRun& r) {
      const auto spread = r.finished() ? r.spread() : std::nullopt;
      return spread ? fmt::format("{:.1f} %", 100 * *spread) : "-";
    });
  }
  text += row(c, "times the fastest",
              [&](const ComparedRun& r) { return known(slow_down(c, r), "{:.1f}x"); });
  if (varied_names(c.runs).empty() && c.runs.size() > 1) {
    text += row(c, "times the next",
                [&](const ComparedRun& r) { return known(next_rung(c, r), "{:.2f}x"); });
  }
  return text;
}

std::string figures(const Comparison& c) {
  std::string text = row(c, "", [](const ComparedRun& r) { return r.report.engine; });
  for (const std::string& name : varied_names(c.runs)) {
    text += row(c, name, [&](const ComparedRun& r) { return r.parameter(name); });
  }
  text += row(c, "ended", [](const ComparedRun& r) { return r.report.outcome; });
  text += row(c, "finished", [](const ComparedRun& r) { return r.finished() ? "yes" : "CUT OFF"; });
  text += row(c, "status", [](const ComparedRun& r) { return fmt::format("{}", r.report.status); });
  text += row(c, "cycles", [](const ComparedRun& r) {
    return r.report.has_cycles() ? group_digits(r.report.cycles) : "-";
  });
  text += row(c, "instructions", [](const ComparedRun& r) {
    return r.report.instructions ? group_digits(*r.report.instructions) : "-";
  });
  text += row(c, "CPI", [](const ComparedRun& r) { return known(r.report.cpi(), "{:.2f}"); });
  text += times(c);
  text += row(c, "MHz", [](const ComparedRun& r) {
    return r.report.has_cycles() ? fmt::format("{:.3f}", r.report.cycles_per_second() / 1e6) : "-";
  });
  text += row(c, "MIPS", [](const ComparedRun& r) { return known(r.report.mips(), "{:.3f}"); });
  return text;
}

std::set<std::string> event_names(const Comparison& c) {
  std::set<std::string> names;
  for (const ComparedRun& run : c.runs) {
    for (const auto& [name, count] : run.report.exits) names.insert(name);
  }
  return names;
}

std::string exits(const Comparison& c) {
  std::string text;
  for (const std::string& name : event_names(c)) {
    text += row(c, "exits: " + name, [&](const ComparedRun& r) {
      const auto found = r.report.exits.find(name);
      return found == r.report.exits.end() ? "-" : group_digits(found->second);
    });
  }
  return text;
}

/// What the cycles went to, for the engines that have counted it.
std::string cycle_causes(const Comparison& c) {
  constexpr std::string_view kPrefix = "cpu.cycles.";
  std::set<std::string> names;
  for (const ComparedRun& run : c.runs) {
    for (const auto& [name, count] : run.report.counters) {
      if (name.starts_with(kPrefix)) names.insert(name);
    }
  }
  std::string text;
  for (const std::string& name : names) {
    text += row(c, "cycles: " + name.substr(kPrefix.size()), [&](const ComparedRun& r) {
      const auto found = r.report.counters.find(name);
      if (found == r.report.counters.end() || r.report.cycles == 0) return std::string("-");
      return fmt::format("{:.1f} %", 100.0 * static_cast<double>(found->second) /
                                         static_cast<double>(r.report.cycles));
    });
  }
  return text;
}

/// Hits, misses and branches, for the engines that have counted them.
std::string happenings(const Comparison& c) {
  constexpr std::string_view kPrefix = "cpu.";
  std::set<std::string> names;
  for (const ComparedRun& run : c.runs) {
    for (const auto& [name, count] : run.report.counters) {
      const bool is_one = name.starts_with(kPrefix) && !name.starts_with("cpu.cycles.") &&
                          name.find('.', kPrefix.size()) != std::string::npos;
      if (is_one && count != 0) names.insert(name);
    }
  }
  std::string text;
  for (const std::string& name : names) {
    text += row(c, name.substr(kPrefix.size()), [&](const ComparedRun& r) {
      const auto found = r.report.counters.find(name);
      return found == r.report.counters.end() ? "-" : group_digits(found->second);
    });
  }
  return text;
}

/// What the names in the table mean, for those that are in it.
std::string legend(const Comparison& c) {
  std::string text;
  for (const auto& [engine, meaning] : kCycles) {
    if (std::ranges::any_of(c.runs, [&](const auto& run) { return run.report.engine == engine; })) {
      text += fmt::format("cycles, {}: {}\n", engine, meaning);
    }
  }
  if (!cycle_causes(c).empty()) text += fmt::format("cycles: halted: {}\n", kHaltedText);
  const std::set<std::string> names = event_names(c);
  for (const auto& [name, meaning] : kEvents) {
    if (names.contains(name)) text += fmt::format("{}: {}\n", name, meaning);
  }
  return text;
}

std::string verdict(const std::optional<Difference>& difference) {
  return difference ? "DIFFERENT, first in " + to_text(*difference) : "identical\n";
}

/// Whether there is what can be compared with each other.
bool is_compared(const Comparison& c) {
  return std::ranges::count_if(c.runs, &ComparedRun::finished) >= 2;
}

/// The same of screens and disks.
bool has_ends(const Comparison& c) {
  return std::ranges::count_if(c.runs,
                               [](const auto& r) { return r.finished() && r.has_machine(); }) >= 2;
}

std::string verdicts(const Comparison& c) {
  std::string compared;
  for (const ComparedRun& run : c.runs) {
    if (run.finished()) compared += (compared.empty() ? "" : ", ") + run.label();
  }
  if (!is_compared(c)) {
    return c.runs.size() < 2 ? "" : "nothing to compare: fewer than two runs finished\n";
  }
  std::string text = c.complete() ? "" : fmt::format("compared: {}\n", compared);
  text += fmt::format("end and status: {}\n", c.same_status() ? "identical" : "DIFFERENT");
  if (has_ends(c)) text += "final screen: " + verdict(c.screen);
  if (c.has_disk && has_ends(c)) text += "disk image: " + verdict(c.disk);
  return text;
}

nlohmann::ordered_json to_json_value(const std::optional<Difference>& difference) {
  if (!difference) return nullptr;
  nlohmann::ordered_json json;
  json["unit"] = difference->unit;
  json["place"] = difference->place;
  json["odd_one"] = difference->odd_one();
  json["sides"] = nlohmann::ordered_json::array();
  for (const Agreement& side : difference->sides) {
    json["sides"].push_back({{"engines", side.engines}, {"shown", side.shown}});
  }
  return json;
}

nlohmann::ordered_json to_json_value(const std::vector<MissingRun>& runs) {
  auto json = nlohmann::ordered_json::array();
  for (const MissingRun& one : runs) {
    json.push_back({{"engine", one.label}, {"reason", one.reason}});
  }
  return json;
}

nlohmann::ordered_json stack_or_null(const CpiStack& stack) {
  return stack.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(stack);
}

}  // namespace

std::string ComparedRun::parameter(const std::string& name) const {
  const auto found = std::ranges::find(parameters, name, [](const auto& p) { return p.first; });
  return found == parameters.end() ? "-" : found->second;
}

std::set<std::string> varied_names(const std::vector<ComparedRun>& runs) {
  std::set<std::string> names;
  for (const ComparedRun& run : runs) {
    for (const auto& [name, value] : run.parameters) names.insert(name);
  }
  return names;
}

bool ComparedRun::finished() const {
  return report.outcome == "exited" || report.outcome == "halted" ||
         report.outcome == "triple-fault";
}

std::optional<double> ComparedRun::spread() const {
  if (seconds.size() < 2 || report.seconds <= 0) return std::nullopt;
  const auto [shortest, longest] = std::ranges::minmax(seconds);
  return (longest - shortest) / report.seconds;
}

ComparedRun merge_repeats(std::vector<RunReport> repeats) {
  ComparedRun merged;
  for (const RunReport& repeat : repeats) merged.seconds.push_back(repeat.seconds);
  // A run that was cut off says so, however often others finished.
  const auto cut = std::ranges::find_if(repeats, [](const RunReport& report) {
    return !ComparedRun{report, {}}.finished();
  });
  if (cut != repeats.end()) {
    merged.report = *cut;
    return merged;
  }
  std::ranges::stable_sort(repeats, {}, &RunReport::seconds);
  merged.report = repeats[(repeats.size() - 1) / 2];
  return merged;
}

bool Comparison::same_status() const {
  const RunReport* first = nullptr;
  for (const ComparedRun& run : runs) {
    if (!run.finished()) continue;
    if (first == nullptr) first = &run.report;
    if (run.report.status != first->status || run.report.outcome != first->outcome) return false;
  }
  return true;
}

bool Comparison::complete() const {
  return failed.empty() && std::ranges::all_of(runs, &ComparedRun::finished);
}

std::string to_table(const Comparison& comparison) {
  std::string text;
  if (!comparison.runs.empty()) {
    const std::string stacks = cpi_stack_table(comparison.runs);
    const std::string ways = both_ways_table(comparison.runs);
    const std::string pages = paging_table(comparison.runs);
    text += figures(comparison) + cycle_causes(comparison) + happenings(comparison) +
            exits(comparison) + "\n" + stacks + (stacks.empty() ? "" : "\n") + ways +
            (ways.empty() ? "" : "\n") + pages + (pages.empty() ? "" : "\n") + legend(comparison) +
            "\n" + verdicts(comparison);
  }
  for (const std::string& label : comparison.unsteady) {
    text += fmt::format("repeats of {} ended DIFFERENTLY\n", label);
  }
  for (const MissingRun& run : comparison.skipped) {
    text += fmt::format("skipped {}: {}\n", run.label, run.reason);
  }
  for (const MissingRun& run : comparison.failed) {
    text += fmt::format("no figures of {}: {}\n", run.label, run.reason);
  }
  if (!comparison.note.empty()) text += fmt::format("note: {}\n", comparison.note);
  return text;
}

std::string to_json(const Comparison& comparison) {
  nlohmann::ordered_json json;
  json["schema"] = kReportSchema;
  json["runs"] = nlohmann::ordered_json::array();
  CpiStack first;
  for (const ComparedRun& run : comparison.runs) {
    const CpiStack stack = cpi_stack(run.report);
    if (first.empty()) first = stack;
    auto entry = to_json_value(run.report);
    entry["label"] = run.label();
    entry["parameters"] = nlohmann::ordered_json::object();
    for (const auto& [name, value] : run.parameters) entry["parameters"][name] = value;
    entry["cpi_stack"] = stack_or_null(stack);
    entry["cpi_difference"] = stack_or_null(cpi_difference(stack, first));
    entry["finished"] = run.finished();
    entry["slow_down"] = or_null(slow_down(comparison, run));
    entry["next_rung"] = or_null(next_rung(comparison, run));
    entry["repeats"] = run.seconds;
    entry["spread"] = or_null(run.spread());
    json["runs"].push_back(std::move(entry));
  }
  json["skipped"] = to_json_value(comparison.skipped);
  json["failed"] = to_json_value(comparison.failed);
  json["unsteady"] = comparison.unsteady;
  const auto known_if = [](bool compared, bool value) {
    return or_null(compared ? std::optional(value) : std::nullopt);
  };
  json["same_screen"] = known_if(has_ends(comparison), !comparison.screen);
  json["same_disk"] = known_if(has_ends(comparison), !comparison.disk);
  json["same_status"] = known_if(is_compared(comparison), comparison.same_status());
  json["identical"] = known_if(is_compared(comparison), comparison.identical());
  json["complete"] = comparison.complete();
  json["screen_difference"] = to_json_value(comparison.screen);
  json["disk_difference"] = to_json_value(comparison.disk);
  json["note"] = comparison.note;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace strata
