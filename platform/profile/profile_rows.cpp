#include "platform/profile/profile_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/isa/disassemble.h"

namespace strata {
namespace {

void add_to(ProfileRow& row, const ProfileInstruction& one) {
  row.executions += one.executions;
  row.cycles += one.total();
  row.by_cause.resize(one.cycles.size());
  for (std::size_t cause = 0; cause < one.cycles.size(); ++cause) {
    row.by_cause[cause] += one.cycles[cause];
  }
}

/// Cycles of each stack with all those above it.
std::vector<Cycle> with_callees(const Profile& profile) {
  std::vector<Cycle> totals;
  for (const ProfileStack& stack : profile.stacks) totals.push_back(stack.cycles);
  for (std::size_t n = totals.size(); n-- > 0;) {
    if (profile.stacks[n].caller) totals[*profile.stacks[n].caller] += totals[n];
  }
  return totals;
}

bool calls_itself(const Profile& profile, const ProfileStack& stack) {
  for (auto caller = stack.caller; caller; caller = profile.stacks[*caller].caller) {
    if (profile.stacks[*caller].function == stack.function) return true;
  }
  return false;
}

std::vector<ProfileRow> function_rows(const Profile& profile) {
  std::vector<ProfileRow> rows;
  for (const ProfileFunction& function : profile.functions) {
    ProfileRow& row = rows.emplace_back();
    row.name = function.name;
    row.address = function.address;
    row.calls = function.calls;
    row.by_cause.resize(profile.causes.size());
  }
  for (const ProfileInstruction& one : profile.code) add_to(rows[one.function], one);
  const std::vector<Cycle> totals = with_callees(profile);
  for (std::size_t n = 0; n < totals.size(); ++n) {
    // A function that calls itself has those cycles once.
    const ProfileStack& stack = profile.stacks[n];
    if (!calls_itself(profile, stack)) rows[stack.function].total += totals[n];
  }
  return rows;
}

std::vector<ProfileRow> line_rows(const Profile& profile) {
  std::map<std::string, ProfileRow> lines;
  for (const ProfileInstruction& one : profile.code) {
    std::string name = line_name(profile, one);
    if (name.empty()) name = fmt::format("({})", profile.functions[one.function].name);
    const auto [entry, added] = lines.try_emplace(name);
    if (added) {
      entry->second.name = name;
      entry->second.address = one.address;
    }
    add_to(entry->second, one);
  }
  std::vector<ProfileRow> rows;
  for (auto& [name, row] : lines) {
    row.total = row.cycles;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::optional<double> ProfileRow::cpi() const {
  if (executions == 0) return std::nullopt;
  return static_cast<double>(cycles) / static_cast<double>(executions);
}

std::optional<std::size_t> ProfileRow::main_cause() const {
  const auto most = std::ranges::max_element(by_cause);
  if (most == by_cause.end() || *most == 0) return std::nullopt;
  return static_cast<std::size_t>(most - by_cause.begin());
}

std::vector<ProfileRow> rows_of(const Profile& profile, ProfileUnit unit) {
  std::vector<ProfileRow> rows;
  switch (unit) {
    case ProfileUnit::kFunction: rows = function_rows(profile); break;
    case ProfileUnit::kLine: rows = line_rows(profile); break;
    case ProfileUnit::kInstruction:
      for (const ProfileInstruction& one : profile.code) rows.push_back(row_of(profile, one));
      break;
  }
  std::erase_if(rows, [](const ProfileRow& row) {
    return row.total == 0 && row.cycles == 0 && row.executions == 0 && row.calls == 0;
  });
  std::ranges::sort(rows, [](const ProfileRow& a, const ProfileRow& b) {
    return a.cycles != b.cycles ? a.cycles > b.cycles : a.address < b.address;
  });
  return rows;
}

ProfileRow row_of(const Profile& profile, const ProfileInstruction& instruction) {
  const ProfileFunction& function = profile.functions[instruction.function];
  ProfileRow row;
  row.name = fmt::format("{}+{:#x}", function.name, instruction.address - function.address);
  row.line = line_name(profile, instruction);
  row.disassembly = disassembly_of(profile, instruction);
  row.address = instruction.address;
  add_to(row, instruction);
  row.total = row.cycles;
  return row;
}

std::string disassembly_of(const Profile& profile, const ProfileInstruction& instruction) {
  if (instruction.bytes.empty()) return "(unknown)";
  return disassemble(instruction.bytes, instruction.code32, instruction.address, profile.cpu);
}

std::string line_name(const Profile& profile, const ProfileInstruction& instruction) {
  if (!instruction.file) return "";
  return fmt::format("{}:{}", profile.files[*instruction.file], instruction.line);
}

std::vector<Cycle> cycles_by_cause(const Profile& profile) {
  ProfileRow all;
  all.by_cause.resize(profile.causes.size());
  for (const ProfileInstruction& one : profile.code) add_to(all, one);
  return all.by_cause;
}

}  // namespace strata
