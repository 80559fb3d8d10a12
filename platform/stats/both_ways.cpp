#include "platform/stats/both_ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "platform/stats/number_text.h"
#include "platform/stats/table_columns.h"

namespace strata {
namespace {

const ExplainedWork* find_work(const ComparedRun& run, const std::string& unit) {
  if (!run.report.explanation) return nullptr;
  const auto& works = run.report.explanation->works;
  const auto found = std::ranges::find(works, unit, &ExplainedWork::unit);
  return found == works.end() ? nullptr : &*found;
}

/// The units of all runs, in the order they come.
std::vector<std::string> units_of(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> units;
  for (const ComparedRun& run : runs) {
    if (!run.report.explanation) continue;
    for (const ExplainedWork& work : run.report.explanation->works) {
      if (std::ranges::find(units, work.unit) == units.end()) units.push_back(work.unit);
    }
  }
  return units;
}

using WorkCell = std::function<std::string(const Explanation&, const ExplainedWork&)>;

std::string work_row(const std::vector<ComparedRun>& runs, const std::string& unit,
                     const std::string& label, const WorkCell& cell) {
  std::string line = fmt::format("{:<{}}", label, kLabelWidth);
  for (const ComparedRun& run : runs) {
    const ExplainedWork* work = find_work(run, unit);
    line +=
        fmt::format(" {:>{}}", work ? cell(*run.report.explanation, *work) : "-", kColumnWidth - 1);
  }
  return line + "\n";
}

std::string mean_text(double count) {
  const std::string text = fmt::format("{:.1f}", count);
  return text.ends_with(".0") ? group_digits(static_cast<std::uint64_t>(count + 0.5)) : text;
}

std::string work_rows(const std::vector<ComparedRun>& runs, const std::string& unit) {
  std::string text;
  text += work_row(runs, unit, unit + "s",
                   [](const auto&, const ExplainedWork& work) { return group_digits(work.units); });
  text +=
      work_row(runs, unit, "  one by registers: exits",
               [](const auto&, const ExplainedWork& work) { return mean_text(work.exits_each()); });
  text += work_row(runs, unit, "  time", [](const Explanation& in, const ExplainedWork& work) {
    return time_text(in, work.time_each());
  });
  text += work_row(runs, unit, "  one by a call: exits",
                   [](const auto&, const ExplainedWork&) { return std::string("1"); });
  text += work_row(runs, unit, "  time", [](const Explanation& in, const ExplainedWork& work) {
    return time_text(in, work.call_each());
  });
  text += work_row(runs, unit, "  registers / call", [](const auto&, const ExplainedWork& work) {
    return work.call_each() > 0 ? fmt::format("{:.1f}x", work.time_each() / work.call_each()) : "-";
  });
  return text;
}

}  // namespace

std::string both_ways_table(const std::vector<ComparedRun>& runs) {
  const auto explained = [](const ComparedRun& run) { return run.report.explanation.has_value(); };
  if (std::ranges::none_of(runs, explained)) return "";
  std::string text = fmt::format("{:<{}}", "both ways", kLabelWidth);
  for (const ComparedRun& run : runs) {
    text += fmt::format(" {:>{}}", run.report.engine, kColumnWidth - 1);
  }
  text += "\n";
  const std::vector<std::string> units = units_of(runs);
  for (const std::string& unit : units) text += work_rows(runs, unit);
  if (units.empty()) text += "no work of devices by registers that a call does as well\n";
  return text;
}

}  // namespace strata
