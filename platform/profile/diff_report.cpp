// Two profiles side by side: causes, then functions, lines or instructions by name.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "platform/profile/profile_text.h"
#include "platform/profile/text_columns.h"
#include "platform/stats/number_text.h"

namespace strata {
namespace {

struct DiffRow {
  std::string name;
  std::uint64_t executions[2] = {0, 0};
  Cycle cycles[2] = {0, 0};

  Cycle distance() const { return std::max(cycles[0], cycles[1]) - std::min(cycles[0], cycles[1]); }
};

constexpr char kDiffRow[] = "{:>15}  {:>15}  {:>16}  {:>8}  {}\n";

std::string signed_digits(Cycle before, Cycle after) {
  if (after == before) return "0";
  return after > before ? "+" + group_digits(after - before) : "-" + group_digits(before - after);
}

std::string diff_line(const DiffRow& row) {
  std::optional<double> ratio;
  if (row.cycles[0] != 0) {
    ratio = static_cast<double>(row.cycles[1]) / static_cast<double>(row.cycles[0]);
  }
  return fmt::format(kDiffRow, group_digits(row.cycles[0]), group_digits(row.cycles[1]),
                     signed_digits(row.cycles[0], row.cycles[1]), ratio_text(ratio), row.name);
}

std::string diff_head(const char* what) {
  return fmt::format(kDiffRow, "cycles", "other's", "difference", "ratio", what);
}

/// In the order `before` has them, then those it has not.
std::vector<DiffRow> cause_rows(const Profile& before, const Profile& after) {
  std::vector<DiffRow> rows;
  const Profile* const profiles[] = {&before, &after};
  for (unsigned side = 0; side < 2; ++side) {
    const std::vector<Cycle> cycles = cycles_by_cause(*profiles[side]);
    for (std::size_t cause = 0; cause < cycles.size(); ++cause) {
      const std::string& name = profiles[side]->causes[cause];
      auto row = std::ranges::find(rows, name, &DiffRow::name);
      if (row == rows.end()) row = rows.insert(rows.end(), {.name = name});
      row->cycles[side] = cycles[cause];
    }
  }
  std::erase_if(rows, [](const DiffRow& row) { return row.cycles[0] + row.cycles[1] == 0; });
  return rows;
}

std::vector<DiffRow> diff_rows(const Profile& before, const Profile& after, ProfileUnit unit) {
  std::map<std::string, DiffRow> by_name;
  const Profile* const profiles[] = {&before, &after};
  for (unsigned side = 0; side < 2; ++side) {
    for (const ProfileRow& row : rows_of(*profiles[side], unit)) {
      DiffRow& both = by_name[row.name];
      both.name = row.name;
      both.cycles[side] += row.cycles;
      both.executions[side] += row.executions;
    }
  }
  std::vector<DiffRow> rows;
  for (auto& [name, row] : by_name) rows.push_back(std::move(row));
  std::ranges::stable_sort(rows, [](const DiffRow& a, const DiffRow& b) {
    return std::tuple(a.distance(), a.cycles[0]) > std::tuple(b.distance(), b.cycles[0]);
  });
  return rows;
}

/// Where both have an instruction it is the same one, if its bytes are known. Both are by address.
bool is_same_code(const Profile& before, const Profile& after) {
  auto other = after.code.begin();
  return std::ranges::all_of(before.code, [&](const ProfileInstruction& one) {
    while (other != after.code.end() && other->address < one.address) ++other;
    return other == after.code.end() || other->address != one.address || one.bytes.empty() ||
           other->bytes.empty() || one.bytes == other->bytes;
  });
}

/// A remark where the two are not runs of one guest; else empty.
std::string guests_note(const Profile& before, const Profile& after) {
  if (is_same_code(before, after)) return "";
  const bool same_name = before.guest == after.guest;
  return fmt::format("note: {}: what has one name need not be the same code\n",
                     same_name ? "the guest has changed" : "two guests");
}

}  // namespace

std::string diff_text(const Profile& before, const Profile& after, ProfileUnit unit,
                      std::size_t most) {
  std::string text = run_line(before) + "other: " + run_line(after) + guests_note(before, after);
  text += "\n" + diff_head("cause");
  for (const DiffRow& row : cause_rows(before, after)) text += diff_line(row);
  text += diff_line({.name = "all", .cycles = {before.cycles, after.cycles}});
  text += "\n" + diff_head(name_of(unit));
  const std::vector<DiffRow> rows = diff_rows(before, after, unit);
  const std::size_t shown = shown_rows(rows.size(), most);
  for (std::size_t n = 0; n < shown; ++n) text += diff_line(rows[n]);
  return text + more_line(rows.size(), shown);
}

std::string diff_csv(const Profile& before, const Profile& after, ProfileUnit unit) {
  std::string text =
      fmt::format("{},executions,other_executions,cycles,other_cycles\n", name_of(unit));
  for (const DiffRow& row : diff_rows(before, after, unit)) {
    text += fmt::format("{},{},{},{},{}\n", csv_field(row.name), row.executions[0],
                        row.executions[1], row.cycles[0], row.cycles[1]);
  }
  return text;
}

}  // namespace strata
