#include "platform/stats/cpi_stack.h"

#include <fmt/format.h>

#include <functional>
#include <set>
#include <string_view>

#include "platform/stats/number_text.h"
#include "platform/stats/table_columns.h"

namespace strata {
namespace {

constexpr std::string_view kCausePrefix = "cpu.cycles.";
constexpr int kDifferenceWidth = 10;  // with the space before it

/// A run with its stack.
struct StackColumn {
  const ComparedRun* run;
  CpiStack stack;
};

/// What one column shows: a figure, and how it differs from the first column's.
struct StackCell {
  std::string value;
  std::string difference;
};

using MakeCell = std::function<StackCell(const StackColumn& column, const StackColumn& first)>;

std::string stack_row(const std::vector<StackColumn>& columns, const std::string& label,
                      const MakeCell& make) {
  std::string line = fmt::format("{:<{}}", label, kLabelWidth);
  for (const StackColumn& column : columns) {
    const StackCell cell = make(column, columns.front());
    line += fmt::format(" {:>{}}", cell.value, kColumnWidth - 1);
    if (&column != &columns.front())
      line += fmt::format(" {:>{}}", cell.difference, kDifferenceWidth - 1);
  }
  return line + "\n";
}

StackCell count_cell(std::uint64_t value, std::uint64_t first) {
  if (first == 0) return {group_digits(value), "-"};
  const double change = static_cast<double>(value) / static_cast<double>(first) - 1;
  return {group_digits(value), fmt::format("{:+.1f} %", 100 * change)};
}

StackCell cpi_cell(double value, double first) {
  return {fmt::format("{:.4f}", value), fmt::format("{:+.4f}", value - first)};
}

double of(const CpiStack& stack, const std::string& cause) {
  const auto found = stack.find(cause);
  return found == stack.end() ? 0 : found->second;
}

/// The runs' names: engine, then a line an option that was varied.
std::string heading(const std::vector<StackColumn>& columns, const std::set<std::string>& varied) {
  std::string text = stack_row(columns, "", [](const StackColumn& c, const StackColumn&) {
    return StackCell{c.run->report.engine, ""};
  });
  for (const std::string& name : varied) {
    text += stack_row(columns, name, [&](const StackColumn& c, const StackColumn&) {
      return StackCell{c.run->parameter(name), ""};
    });
  }
  return text;
}

}  // namespace

CpiStack cpi_stack(const RunReport& report) {
  CpiStack stack;
  if (!report.cpi()) return stack;
  for (const auto& [name, count] : report.counters) {
    if (!name.starts_with(kCausePrefix)) continue;
    stack[name.substr(kCausePrefix.size())] =
        static_cast<double>(count) / static_cast<double>(*report.instructions);
  }
  return stack;
}

CpiStack cpi_difference(const CpiStack& stack, const CpiStack& first) {
  CpiStack difference;
  for (const auto& [cause, value] : stack) {
    const auto found = first.find(cause);
    if (found != first.end()) difference[cause] = value - found->second;
  }
  return difference;
}

std::string cpi_stack_table(const std::vector<ComparedRun>& runs) {
  std::vector<StackColumn> columns;
  std::set<std::string> causes;
  for (const ComparedRun& run : runs) {
    CpiStack stack = cpi_stack(run.report);
    if (stack.empty()) continue;
    for (const auto& [cause, value] : stack) causes.insert(cause);
    columns.push_back({&run, std::move(stack)});
  }
  if (columns.size() < 2) return "";
  std::string text = "cycles an instruction by cause, and the difference from the first column\n";
  text += heading(columns, varied_names(runs));
  text += stack_row(columns, "cycles", [](const StackColumn& c, const StackColumn& first) {
    return count_cell(c.run->report.cycles, first.run->report.cycles);
  });
  text += stack_row(columns, "instructions", [](const StackColumn& c, const StackColumn& first) {
    return count_cell(*c.run->report.instructions, *first.run->report.instructions);
  });
  for (const std::string& cause : causes) {
    text += stack_row(columns, "  " + cause, [&](const StackColumn& c, const StackColumn& first) {
      return cpi_cell(of(c.stack, cause), of(first.stack, cause));
    });
  }
  return text +
         stack_row(columns, "CPI, their sum", [](const StackColumn& c, const StackColumn& first) {
           return cpi_cell(*c.run->report.cpi(), *first.run->report.cpi());
         });
}

}  // namespace strata
