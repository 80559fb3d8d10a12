#include "platform/profile/text_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/stats/number_text.h"

namespace strata {

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
  const double share = whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format("{:.1f} %", 100 * share);
}

std::string ratio_text(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.2f}", *ratio) : "-";
}

std::string main_cause_text(const Profile& profile, const ProfileRow& row) {
  const auto cause = row.main_cause();
  if (!cause) return "-";
  const double share = static_cast<double>(row.by_cause[*cause]) / static_cast<double>(row.cycles);
  return fmt::format("{} {:.0f} %", profile.causes[*cause], 100 * share);
}

std::string run_line(const Profile& profile) {
  std::optional<double> cpi;
  if (profile.instructions != 0) {
    cpi = static_cast<double>(profile.cycles) / static_cast<double>(profile.instructions);
  }
  return fmt::format("{} on {}: {} cycles, {} instructions, {} cycles an instruction ({})\n",
                     profile.guest, profile.engine, group_digits(profile.cycles),
                     group_digits(profile.instructions), ratio_text(cpi), profile.outcome);
}

std::size_t shown_rows(std::size_t rows, std::size_t most) {
  return most == 0 ? rows : std::min(most, rows);
}

std::string more_line(std::size_t rows, std::size_t shown) {
  if (shown == rows) return {};
  return fmt::format("{} more are not shown; --top 0 shows all\n", rows - shown);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + '"';
}

std::string csv_cause_names(const Profile& profile) {
  std::string names;
  for (const std::string& cause : profile.causes) names += ",cycles_" + cause;
  return names;
}

std::string csv_counts(const ProfileRow& row) {
  std::string text = fmt::format(",{},{},{}", row.executions, row.cycles, row.total);
  for (const Cycle cycles : row.by_cause) text += fmt::format(",{}", cycles);
  return text;
}

const char* name_of(ProfileUnit unit) {
  switch (unit) {
    case ProfileUnit::kFunction: return "function";
    case ProfileUnit::kLine: return "line";
    case ProfileUnit::kInstruction: return "instruction";
  }
  return "";
}

}  // namespace strata
