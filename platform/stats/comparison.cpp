#include "platform/stats/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>

#include "platform/stats/number_text.h"
#include "platform/stats/report_json.h"

namespace strata {
namespace {

constexpr int kLabelWidth = 22;
constexpr int kColumnWidth = 16;

double fastest_seconds(const Comparison& comparison) {
  double fastest = 0;
  for (const RunReport& run : comparison.runs) {
    if (fastest == 0 || run.seconds < fastest) fastest = run.seconds;
  }
  return fastest;
}

double slow_down(const Comparison& comparison, const RunReport& run) {
  const double fastest = fastest_seconds(comparison);
  return fastest > 0 ? run.seconds / fastest : 1;
}

using Cell = std::function<std::string(const RunReport&)>;

std::string row(const Comparison& comparison, const std::string& label, const Cell& cell) {
  std::string line = fmt::format("{:<{}}", label, kLabelWidth);
  for (const RunReport& run : comparison.runs) {
    line += fmt::format("{:>{}}", cell(run), kColumnWidth);
  }
  return line + "\n";
}

std::string known(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

std::string figures(const Comparison& c) {
  std::string text = row(c, "", [](const RunReport& r) { return r.engine; });
  text += row(c, "ended", [](const RunReport& r) { return r.outcome; });
  text += row(c, "status", [](const RunReport& r) { return fmt::format("{}", r.status); });
  text += row(c, "cycles", [](const RunReport& r) { return group_digits(r.cycles); });
  text += row(c, "instructions", [](const RunReport& r) {
    return r.instructions ? group_digits(*r.instructions) : "-";
  });
  text += row(c, "CPI", [](const RunReport& r) { return known(r.cpi(), "{:.2f}"); });
  text += row(c, "wall time", [](const RunReport& r) { return seconds_text(r.seconds); });
  text += row(c, "MHz", [](const RunReport& r) {
    return fmt::format("{:.3f}", r.cycles_per_second() / 1e6);
  });
  text += row(c, "MIPS", [](const RunReport& r) { return known(r.mips(), "{:.3f}"); });
  text += row(c, "times the fastest",
              [&](const RunReport& r) { return fmt::format("{:.1f}x", slow_down(c, r)); });
  return text;
}

std::string exits(const Comparison& c) {
  std::set<std::string> reasons;
  for (const RunReport& run : c.runs) {
    for (const auto& [reason, count] : run.exits) reasons.insert(reason);
  }
  std::string text;
  for (const std::string& reason : reasons) {
    text += row(c, "exits: " + reason, [&](const RunReport& r) {
      const auto found = r.exits.find(reason);
      return found == r.exits.end() ? "-" : group_digits(found->second);
    });
  }
  return text;
}

/// What the cycles went to, for the engines that have counted it.
std::string cycle_causes(const Comparison& c) {
  constexpr std::string_view kPrefix = "cpu.cycles.";
  std::set<std::string> names;
  for (const RunReport& run : c.runs) {
    for (const auto& [name, count] : run.counters) {
      if (name.starts_with(kPrefix)) names.insert(name);
    }
  }
  std::string text;
  for (const std::string& name : names) {
    text += row(c, "cycles: " + name.substr(kPrefix.size()), [&](const RunReport& r) {
      const auto found = r.counters.find(name);
      if (found == r.counters.end() || r.cycles == 0) return std::string("-");
      return fmt::format(
          "{:.1f} %", 100.0 * static_cast<double>(found->second) / static_cast<double>(r.cycles));
    });
  }
  return text;
}

std::string verdict(bool same) {
  return same ? "identical" : "DIFFERENT";
}

}  // namespace

bool Comparison::same_status() const {
  return std::all_of(runs.begin(), runs.end(), [&](const RunReport& run) {
    return run.status == runs.front().status && run.outcome == runs.front().outcome;
  });
}

std::string to_table(const Comparison& comparison) {
  std::string text;
  if (!comparison.runs.empty()) {
    text += figures(comparison) + cycle_causes(comparison) + exits(comparison) + "\n";
  }
  if (comparison.runs.size() > 1) {
    text += fmt::format("final screen: {}\n", verdict(comparison.same_screen));
    if (comparison.has_disk) text += fmt::format("disk image: {}\n", verdict(comparison.same_disk));
  }
  for (const SkippedEngine& skipped : comparison.skipped) {
    text += fmt::format("skipped {}: {}\n", skipped.engine, skipped.reason);
  }
  if (!comparison.note.empty()) text += fmt::format("note: {}\n", comparison.note);
  return text;
}

std::string to_json(const Comparison& comparison) {
  nlohmann::ordered_json json;
  json["runs"] = nlohmann::ordered_json::array();
  for (const RunReport& run : comparison.runs) {
    auto entry = to_json_value(run);
    entry["slow_down"] = slow_down(comparison, run);
    json["runs"].push_back(std::move(entry));
  }
  json["skipped"] = nlohmann::ordered_json::array();
  for (const SkippedEngine& skipped : comparison.skipped) {
    json["skipped"].push_back({{"engine", skipped.engine}, {"reason", skipped.reason}});
  }
  json["same_screen"] = comparison.same_screen;
  json["same_disk"] = comparison.same_disk;
  json["identical"] = comparison.identical();
  json["note"] = comparison.note;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace strata
