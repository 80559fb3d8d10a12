#include "platform/stats/patch_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "platform/stats/number_text.h"

namespace strata {
namespace {

auto places_of(const PatchReport& report, const char* form) {
  return std::ranges::count(report.places, form, &PatchedPlace::form);
}

std::string place_text(const PatchedPlace& place) {
  const std::string name = place.function.empty() ? "-" : place.function;
  std::string text =
      fmt::format("{:>11}  {:<8} {:<9} {:<20} {:08x} {}", group_digits(place.executed), place.mode,
                  place.form, name, place.address, place.instruction);
  if (!place.why.empty()) text += ": " + place.why;
  return text + "\n";
}

std::string costs_text(const PatchReport& report) {
  const auto line = [](const char* name, std::uint64_t traps, std::uint64_t cycles,
                       std::uint64_t cost) {
    return fmt::format("{:<10} {:>13} {:>16} {:>20}\n", name, group_digits(traps),
                       group_digits(cycles), group_digits(cost));
  };
  std::string text = fmt::format("{:<10} {:>13} {:>16} {:>20}\n", "", "traps", "cycles",
                                 fmt::format("with {} a trap", group_digits(report.trap_cycles)));
  text += line("unpatched", report.traps_without, report.cycles_without, report.cost_without());
  text += line("patched", report.traps, report.cycles, report.cost());
  if (report.cost() >= report.cost_without()) return text + "saves nothing\n";
  const std::uint64_t saved = report.cost_without() - report.cost();
  return text + fmt::format("saves {} cycles, {:.1f} %\n", group_digits(saved),
                            100.0 * static_cast<double>(saved) /
                                static_cast<double>(report.cost_without()));
}

}  // namespace

bool PatchReport::wrong() const {
  return std::ranges::any_of(
      differences, [](const std::string& what) { return what != "console" && what != "serial"; });
}

std::string to_text(const PatchReport& report, std::size_t most) {
  std::string text = fmt::format("{:>11}  {:<8} {:<9} {:<20} {:<8} {}\n", "executed", "mode",
                                 "form", "function", "address", "instruction");
  for (const PatchedPlace& place : report.places | std::views::take(most))
    text += place_text(place);
  if (report.places.size() > most) {
    text += fmt::format("and {} more, all in --stats\n", report.places.size() - most);
  }
  text += fmt::format(
      "{} places: {} by a jump to a routine, {} by a trap byte, {} trap by themselves\n",
      report.places.size(), places_of(report, "routine"), places_of(report, "trap byte"),
      places_of(report, "trap"));
  if (!report.not_compared.empty()) {
    return text + "not compared with an unpatched run: " + report.not_compared + "\n";
  }
  text += costs_text(report);
  if (report.differences.empty()) {
    return text + "the guest shows the same as unpatched\n";
  }
  text += "patched the guest shows something else:";
  for (const std::string& difference : report.differences) text += " " + difference;
  return text + (report.wrong() ? "\n" : ": as guests do that show their time\n");
}

nlohmann::ordered_json to_json_value(const PatchReport& report) {
  nlohmann::ordered_json json;
  json["trap_cycles"] = report.trap_cycles;
  json["traps"] = report.traps;
  json["traps_without"] = report.traps_without;
  json["cycles"] = report.cycles;
  json["cycles_without"] = report.cycles_without;
  json["cost"] = report.cost();
  json["cost_without"] = report.cost_without();
  json["differences"] = report.differences;
  json["not_compared"] = report.not_compared;
  json["places"] = nlohmann::ordered_json::array();
  for (const PatchedPlace& place : report.places) {
    json["places"].push_back({{"form", place.form},
                              {"why", place.why},
                              {"mode", place.mode},
                              {"function", place.function},
                              {"address", place.address},
                              {"instruction", place.instruction},
                              {"executed", place.executed}});
  }
  return json;
}

}  // namespace strata
