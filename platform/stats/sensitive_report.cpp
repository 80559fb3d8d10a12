#include "platform/stats/sensitive_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

#include "platform/stats/number_text.h"

namespace strata {
namespace {

std::string place_text(const SensitiveInstruction& row) {
  const std::string name = row.function.empty() ? "-" : row.function;
  return fmt::format("{:<20} {:08x} {}", name, row.address, row.instruction);
}

/// The instruction without its operands.
std::string form_of(const SensitiveInstruction& row) {
  return row.instruction.substr(0, row.instruction.find(' '));
}

}  // namespace

std::uint64_t SensitiveReport::executed(const std::string& kind) const {
  std::uint64_t sum = 0;
  for (const SensitiveInstruction& row : instructions) {
    if (row.kind == kind) sum += row.count + row.faults;
  }
  return sum;
}

std::uint64_t SensitiveReport::executed() const {
  std::uint64_t sum = 0;
  for (const SensitiveInstruction& row : instructions) sum += row.count + row.faults;
  return sum;
}

std::vector<const SensitiveInstruction*> SensitiveReport::witnesses() const {
  std::vector<const SensitiveInstruction*> critical;
  for (const SensitiveInstruction& row : instructions) {
    if (row.critical()) critical.push_back(&row);
  }
  std::ranges::sort(critical, {}, &SensitiveInstruction::first);
  std::set<std::pair<std::string, std::string>> seen;
  std::erase_if(critical, [&](const SensitiveInstruction* row) {
    return !seen.emplace(row->mode, form_of(*row)).second;
  });
  return critical;
}

std::string verdict_text(const SensitiveReport& report) {
  constexpr std::size_t kMostWitnesses = 8;
  const std::string all = group_digits(report.executed());
  if (report.executed() == 0) {
    return "virtualisable classically: this run has no sensitive instruction\n";
  }
  if (report.virtualisable()) {
    return fmt::format(
        "virtualisable classically: each of {} sensitive instructions arrives in the monitor\n",
        all);
  }
  std::string text = fmt::format(
      "not virtualisable classically: {} of {} sensitive instructions never arrive in the "
      "monitor; the first of each form:\n",
      group_digits(report.executed("critical")), all);
  const auto witnesses = report.witnesses();
  for (const SensitiveInstruction* row : witnesses | std::views::take(kMostWitnesses)) {
    text += fmt::format("  {} {}: {}\n", row->mode, place_text(*row), row->monitor);
  }
  if (witnesses.size() > kMostWitnesses) {
    text += fmt::format("  and {} more\n", witnesses.size() - kMostWitnesses);
  }
  return text;
}

std::string to_text(const SensitiveReport& report, std::size_t most) {
  std::string text;
  if (!report.instructions.empty()) {
    text = fmt::format("{:>11} {:>8}  {:<8} {:<10} {:<20} {:<8} {:<32} {}\n", "executed", "faults",
                       "mode", "class", "function", "address", "instruction", "under a monitor");
  }
  for (const SensitiveInstruction& row : report.instructions | std::views::take(most)) {
    text += fmt::format("{:>11} {:>8}  {:<8} {:<10} {:<62} {}\n", group_digits(row.count),
                        group_digits(row.faults), row.mode, row.kind, place_text(row), row.monitor);
  }
  if (report.instructions.size() > most) {
    text += fmt::format("and {} more, all in --stats\n", report.instructions.size() - most);
  }
  return text + verdict_text(report);
}

nlohmann::ordered_json to_json_value(const SensitiveReport& report) {
  nlohmann::ordered_json json;
  for (const char* kind : {"privileged", "checked", "critical"}) {
    json[kind] = report.executed(kind);
  }
  json["virtualisable"] = report.virtualisable();
  json["witnesses"] = nlohmann::ordered_json::array();
  for (const SensitiveInstruction* row : report.witnesses()) {
    json["witnesses"].push_back({{"mode", row->mode},
                                 {"function", row->function},
                                 {"address", row->address},
                                 {"instruction", row->instruction}});
  }
  json["instructions"] = nlohmann::ordered_json::array();
  for (const SensitiveInstruction& row : report.instructions) {
    json["instructions"].push_back({{"kind", row.kind},
                                    {"mode", row.mode},
                                    {"function", row.function},
                                    {"address", row.address},
                                    {"instruction", row.instruction},
                                    {"count", row.count},
                                    {"faults", row.faults},
                                    {"first", row.first},
                                    {"monitor", row.monitor},
                                    {"source", row.source}});
  }
  return json;
}

SensitiveReport read_sensitive_report(const nlohmann::json& json) {
  SensitiveReport report;
  for (const nlohmann::json& from : json.at("instructions")) {
    SensitiveInstruction row;
    from.at("kind").get_to(row.kind);
    from.at("mode").get_to(row.mode);
    from.at("function").get_to(row.function);
    from.at("address").get_to(row.address);
    from.at("instruction").get_to(row.instruction);
    from.at("count").get_to(row.count);
    from.at("faults").get_to(row.faults);
    from.at("first").get_to(row.first);
    from.at("monitor").get_to(row.monitor);
    from.at("source").get_to(row.source);
    report.instructions.push_back(std::move(row));
  }
  return report;
}

}  // namespace strata
