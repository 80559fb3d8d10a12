// A function's disassembly with what each instruction cost.
#include <fmt/format.h>

#include <algorithm>

#include "platform/profile/profile_text.h"
#include "platform/profile/text_columns.h"
#include "platform/stats/number_text.h"

namespace strata {
namespace {

constexpr char kAnnotatedRow[] = "{:>14}  {:>15}  {:>8}  {:>8}  {:<18}  {:<8}  {}\n";

Result<std::uint32_t> find_function(const Profile& profile, const std::string& name) {
  const auto found = std::ranges::find(profile.functions, name, &ProfileFunction::name);
  if (found == profile.functions.end()) {
    return Error{fmt::format(
        "--annotate: no function '{}' ran; the report without --annotate lists those that did",
        name)};
  }
  return static_cast<std::uint32_t>(found - profile.functions.begin());
}

std::vector<const ProfileInstruction*> code_of(const Profile& profile, std::uint32_t function) {
  std::vector<const ProfileInstruction*> code;
  for (const ProfileInstruction& one : profile.code) {
    if (one.function == function) code.push_back(&one);
  }
  return code;
}

Cycle sum_of(const std::vector<const ProfileInstruction*>& code) {
  Cycle sum = 0;
  for (const ProfileInstruction* one : code) sum += one->total();
  return sum;
}

}  // namespace

Result<std::string> annotated_text(const Profile& profile, const std::string& function) {
  const auto index = find_function(profile, function);
  if (!index) return index.failure();
  const auto code = code_of(profile, index.value());
  const ProfileFunction& about = profile.functions[index.value()];
  const Cycle sum = sum_of(code);
  std::string text = run_line(profile);
  text +=
      fmt::format("{} at {:08x}: {} calls, {} cycles, {} of the run\n\n", about.name, about.address,
                  group_digits(about.calls), group_digits(sum), percent_text(sum, profile.cycles));
  text += fmt::format(kAnnotatedRow, "executions", "cycles", "share", "CPI", "main cause",
                      "address", "instruction");
  std::string line;
  for (const ProfileInstruction* one : code) {
    const ProfileRow row = row_of(profile, *one);
    if (row.line != line && !row.line.empty()) text += row.line + "\n";
    line = row.line;
    text += fmt::format(kAnnotatedRow, group_digits(row.executions), group_digits(row.cycles),
                        percent_text(row.cycles, sum), ratio_text(row.cpi()),
                        main_cause_text(profile, row), fmt::format("{:08x}", row.address),
                        row.disassembly);
  }
  return text;
}

Result<std::string> annotated_csv(const Profile& profile, const std::string& function) {
  const auto index = find_function(profile, function);
  if (!index) return index.failure();
  std::string text = fmt::format("address,line,disassembly,executions,cycles,total_cycles{}\n",
                                 csv_cause_names(profile));
  for (const ProfileInstruction* one : code_of(profile, index.value())) {
    const ProfileRow row = row_of(profile, *one);
    text += fmt::format("{:#010x},{},{}{}\n", row.address, csv_field(row.line),
                        csv_field(row.disassembly), csv_counts(row));
  }
  return text;
}

}  // namespace strata
