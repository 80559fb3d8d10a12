// Cycles by cause, and by function, line or instruction: as a table and as CSV.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "platform/profile/profile_text.h"
#include "platform/profile/text_columns.h"
#include "platform/stats/number_text.h"

namespace strata {
namespace {

constexpr char kFlatRow[] = "{:>15}  {:>8}  {:>8}  {:>12}  {:>14}  {:>8}  {:<18}  {}\n";

std::string cause_table(const Profile& profile) {
  const std::vector<Cycle> cycles = cycles_by_cause(profile);
  std::vector<std::size_t> order(cycles.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return cycles[a] > cycles[b]; });
  std::string text = fmt::format("{:>15}  {:>8}  {}\n", "cycles", "share", "cause");
  for (const std::size_t cause : order) {
    if (cycles[cause] == 0) continue;
    text += fmt::format("{:>15}  {:>8}  {}\n", group_digits(cycles[cause]),
                        percent_text(cycles[cause], profile.cycles), profile.causes[cause]);
  }
  return text;
}

/// Nothing without labels.
std::string label_table(const Profile& profile) {
  if (profile.labels.empty()) return "";
  std::string text = fmt::format("{:>15}  {:>8}  {:>8}  {:>14}  {}\n", "cycles", "share", "times",
                                 "instructions", "from label");
  for (const ProfileLabel& label : profile.labels) {
    text += fmt::format("{:>15}  {:>8}  {:>8}  {:>14}  {}\n", group_digits(label.cycles),
                        percent_text(label.cycles, profile.cycles), group_digits(label.times),
                        group_digits(label.instructions),
                        label.name.empty() ? "(before the first)" : label.name);
  }
  return text + "\n";
}

std::string flat_row(const Profile& profile, ProfileUnit unit, const ProfileRow& row) {
  const bool function = unit == ProfileUnit::kFunction;
  std::string name = row.name;
  if (unit == ProfileUnit::kInstruction)
    name = fmt::format("{:<28}  {}", row.name, row.disassembly);
  return fmt::format(kFlatRow, group_digits(row.cycles), percent_text(row.cycles, profile.cycles),
                     function ? percent_text(row.total, profile.cycles) : "",
                     function ? group_digits(row.calls) : "", group_digits(row.executions),
                     ratio_text(row.cpi()), main_cause_text(profile, row), name);
}

}  // namespace

std::string flat_text(const Profile& profile, ProfileUnit unit, std::size_t most) {
  const std::vector<ProfileRow> rows = rows_of(profile, unit);
  const std::size_t shown = shown_rows(rows.size(), most);
  const bool function = unit == ProfileUnit::kFunction;
  std::string text = run_line(profile) + "\n" + cause_table(profile) + "\n";
  text += label_table(profile);
  text += fmt::format(kFlatRow, "cycles", "share", function ? "total" : "", function ? "calls" : "",
                      unit == ProfileUnit::kInstruction ? "executions" : "instructions", "CPI",
                      "main cause", name_of(unit));
  for (std::size_t n = 0; n < shown; ++n) text += flat_row(profile, unit, rows[n]);
  return text + more_line(rows.size(), shown);
}

std::string flat_csv(const Profile& profile, ProfileUnit unit) {
  std::string text =
      fmt::format("{},address,line,disassembly,calls,executions,cycles,total_cycles{}\n",
                  name_of(unit), csv_cause_names(profile));
  for (const ProfileRow& row : rows_of(profile, unit)) {
    text +=
        fmt::format("{},{:#010x},{},{},{}{}\n", csv_field(row.name), row.address,
                    csv_field(row.line), csv_field(row.disassembly), row.calls, csv_counts(row));
  }
  return text;
}

}  // namespace strata
