#include "platform/stats/run_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "models/base/fnv1a.h"
#include "platform/stats/report_json.h"

namespace strata {

std::optional<double> RunReport::cpi() const {
  if (!instructions || *instructions == 0) return std::nullopt;
  return static_cast<double>(cycles) / static_cast<double>(*instructions);
}

double RunReport::cycles_per_second() const {
  return seconds > 0 ? static_cast<double>(cycles) / seconds : 0;
}

std::optional<double> RunReport::mips() const {
  if (!instructions || seconds <= 0) return std::nullopt;
  return static_cast<double>(*instructions) / seconds / 1e6;
}

namespace {

nlohmann::ordered_json to_json_value(const MarkedFigures& marked) {
  nlohmann::ordered_json json;
  json["passes"] = marked.passes;
  json["seconds"] = marked.seconds;
  json["cycles"] = marked.cycles;
  json["exits"] = marked.exits;
  return json;
}

std::optional<MarkedFigures> parse_marked(const nlohmann::json& json) {
  if (json.is_null()) return std::nullopt;
  MarkedFigures marked;
  json.at("passes").get_to(marked.passes);
  json.at("seconds").get_to(marked.seconds);
  json.at("cycles").get_to(marked.cycles);
  json.at("exits").get_to(marked.exits);
  return marked;
}

}  // namespace

nlohmann::ordered_json to_json_value(const RunReport& report) {
  nlohmann::ordered_json json;
  json["schema"] = kReportSchema;
  json["engine"] = report.engine;
  json["guest"] = report.guest;
  json["outcome"] = report.outcome;
  json["status"] = report.status;
  const auto if_clocked = [&](auto value) {
    return or_null(report.has_cycles() ? std::optional(value) : std::nullopt);
  };
  json["cycles"] = if_clocked(report.cycles);
  json["instructions"] = or_null(report.instructions);
  json["cpi"] = or_null(report.cpi());
  json["seconds"] = report.seconds;
  json["cycles_per_second"] = if_clocked(report.cycles_per_second());
  json["mips"] = or_null(report.mips());
  json["clock_mhz"] = if_clocked(static_cast<double>(report.clock_hz) / 1e6);
  json["exits"] = report.exits;
  json["counters"] = report.counters;
  json["marked"] = report.marked ? to_json_value(*report.marked) : nlohmann::ordered_json(nullptr);
  json["screen_hash"] = report.screen_hash;
  json["screen_rows"] = report.screen_rows;
  json["host"] = report.host;
  json["explanation"] = nullptr;
  if (report.explanation) json["explanation"] = to_json_value(*report.explanation);
  json["sensitive"] = nullptr;
  if (report.sensitive) json["sensitive"] = to_json_value(*report.sensitive);
  json["patch"] = nullptr;
  if (report.patch) json["patch"] = to_json_value(*report.patch);
  return json;
}

std::string to_json(const RunReport& report) {
  // File names are bytes to the host; what is not UTF-8 must not lose the figures.
  return to_json_value(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<RunReport> parse_run_report(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    RunReport report;
    json.at("engine").get_to(report.engine);
    json.at("guest").get_to(report.guest);
    json.at("outcome").get_to(report.outcome);
    json.at("status").get_to(report.status);
    json.at("cycles").get_to(report.cycles);
    if (!json.at("instructions").is_null()) {
      report.instructions = json.at("instructions").get<std::uint64_t>();
    }
    json.at("seconds").get_to(report.seconds);
    report.clock_hz = static_cast<std::uint64_t>(json.at("clock_mhz").get<double>() * 1e6 + 0.5);
    json.at("exits").get_to(report.exits);
    json.at("counters").get_to(report.counters);
    report.marked = parse_marked(json.at("marked"));
    json.at("screen_hash").get_to(report.screen_hash);
    json.at("screen_rows").get_to(report.screen_rows);
    json.at("host").get_to(report.host);
    const auto explanation = json.find("explanation");
    if (explanation != json.end() && !explanation->is_null()) {
      report.explanation = read_explanation(*explanation);
    }
    const auto sensitive = json.find("sensitive");
    if (sensitive != json.end() && !sensitive->is_null()) {
      report.sensitive = read_sensitive_report(*sensitive);
    }
    return report;
  } catch (const nlohmann::json::exception& error) {
    return Error{fmt::format("not the figures of a run: {}", error.what())};
  }
}

std::string hash_screen(const TextScreen& screen) {
  Fnv1a hash;
  for (const TextCell& cell : screen.cells) hash.add({cell.character, cell.attribute});
  const TextCursor& cursor = screen.cursor;
  hash.add({cursor.visible, cursor.row, cursor.column, cursor.first_line, cursor.last_line});
  return fmt::format("{:016x}", hash.value());
}

std::vector<std::string> hash_rows(const TextScreen& screen) {
  std::vector<std::string> rows;
  for (std::size_t row = 0; row < TextScreen::kRows; ++row) {
    Fnv1a hash;
    for (std::size_t column = 0; column < TextScreen::kColumns; ++column) {
      const TextCell& cell = screen.at(row, column);
      hash.add({cell.character, cell.attribute});
    }
    rows.push_back(fmt::format("{:016x}", hash.value()));
  }
  return rows;
}

}  // namespace strata
