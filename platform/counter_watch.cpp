#include "platform/counter_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "platform/machine.h"

namespace strata {
namespace {

CounterRows::Row figures_of(const Machine& machine) {
  CounterRows::Row row = machine.counters();
  for (const auto& [reason, count] : machine.exits()) row["exits." + reason] = count;
  row["cycles"] = machine.cycles();
  row["instructions"] = machine.instructions();
  return row;
}

CounterRows::Row growth(const CounterRows::Row& before, const CounterRows::Row& now) {
  CounterRows::Row row;
  for (const auto& [name, count] : now) {
    const auto old = before.find(name);
    row[name] = count - (old == before.end() ? 0 : old->second);
  }
  return row;
}

}  // namespace

// ---- rows ----

void CounterRows::add(std::uint64_t value, const Row& row) {
  if (count_++ < kMostRows) rows_.emplace_back(value, row);
}

CounterRows::Summary CounterRows::summary(const std::string& column) const {
  std::vector<std::uint64_t> values;
  for (const auto& [label, row] : rows_) {
    const auto value = row.find(column);
    values.push_back(value == row.end() ? 0 : value->second);
  }
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const auto upper = static_cast<double>(values[middle]);
  const bool odd = values.size() % 2 == 1;
  const double median = odd ? upper : (static_cast<double>(values[middle - 1]) + upper) / 2;
  return {values.front(), median, values.back()};
}

/// Cycles and instructions first.
std::vector<std::string> CounterRows::columns() const {
  std::set<std::string> names;
  for (const auto& [label, row] : rows_) {
    for (const auto& [name, count] : row) names.insert(name);
  }
  std::vector<std::string> columns{"cycles", "instructions"};
  for (const std::string& name : names) {
    if (name != columns[0] && name != columns[1]) columns.push_back(name);
  }
  return columns;
}

std::vector<CounterRows::Line> CounterRows::lines(bool summaries) const {
  const std::vector<std::string> names = columns();
  std::vector<Line> lines;
  for (const auto& [label, row] : rows_) {
    Line line{fmt::format("{}", label), {}};
    for (const std::string& name : names) {
      const auto value = row.find(name);
      line.values.push_back(value == row.end() ? 0.0 : static_cast<double>(value->second));
    }
    lines.push_back(std::move(line));
  }
  if (!summaries || rows_.empty()) return lines;
  Line minimum{"minimum", {}};
  Line median{"median", {}};
  Line maximum{"maximum", {}};
  for (const std::string& name : names) {
    const Summary of = summary(name);
    minimum.values.push_back(static_cast<double>(of.minimum));
    median.values.push_back(of.median);
    maximum.values.push_back(static_cast<double>(of.maximum));
  }
  lines.insert(lines.end(), {minimum, median, maximum});
  return lines;
}

std::string CounterRows::to_csv(bool summaries) const {
  std::string text = label_;
  for (const std::string& name : columns()) text += "," + name;
  for (const Line& line : lines(summaries)) {
    text += "\n" + line.label;
    for (const double value : line.values) text += fmt::format(",{:.15g}", value);
  }
  return text + "\n";
}

std::string CounterRows::to_json_lines(bool summaries) const {
  const std::vector<std::string> names = columns();
  std::string text;
  for (const Line& line : lines(summaries)) {
    const bool number = line.label.find_first_not_of("0123456789") == std::string::npos;
    const char* quote = number ? "" : "\"";
    text += fmt::format("{{\"{}\": {}{}{}", label_, quote, line.label, quote);
    for (std::size_t i = 0; i < names.size(); ++i) {
      text += fmt::format(", \"{}\": {:.15g}", names[i], line.values[i]);
    }
    text += "}\n";
  }
  return text;
}

// ---- when ----

CounterWatch::CounterWatch(Cycle interval, std::optional<Region> region)
    : interval_(interval), next_interval_(interval == 0 ? kNever : interval), region_(region) {}

/// An instruction may take the machine past several boundaries: they are one row.
void CounterWatch::on_interval(const Machine& machine) {
  CounterRows::Row now = figures_of(machine);
  intervals_.add(machine.cycles(), growth(before_, now));
  before_ = std::move(now);
  next_interval_ = (machine.cycles() / interval_ + 1) * interval_;
}

void CounterWatch::finish(const Machine& machine) {
  if (interval_ == 0) return;
  const auto counted = before_.find("cycles");
  if (counted == before_.end() || counted->second < machine.cycles()) on_interval(machine);
}

void CounterWatch::on_retire(const Retirement& retired,
                             const std::function<std::uint32_t()>& stack_pointer,
                             const Machine& machine) {
  if (region_->function) {
    follow_function(retired, stack_pointer, machine);
  } else if (!retired.event) {
    follow_points(retired, machine);
  }
}

void CounterWatch::on_mark(bool begins, const Machine& machine) {
  if (!region_ || !region_->marked || inside_ == begins) return;
  begins ? begin(machine) : end(machine);
}

/// At the arrival the return address, or the frame of an interrupt, is on top of the stack: who has
/// taken it off has returned. Calls from inside come back with less taken off.
void CounterWatch::follow_function(const Retirement& retired,
                                   const std::function<std::uint32_t()>& stack_pointer,
                                   const Machine& machine) {
  if (inside_ && retired.jumped && stack_pointer() > stack_) end(machine);
  if (inside_ || retired.next != region_->from) return;
  stack_ = stack_pointer();
  begin(machine);
}

void CounterWatch::follow_points(const Retirement& retired, const Machine& machine) {
  if (inside_ && retired.address == region_->to) end(machine);
  if (!inside_ && retired.address == region_->from) begin(machine);
}

void CounterWatch::begin(const Machine& machine) {
  inside_ = true;
  begun_ = figures_of(machine);
}

void CounterWatch::end(const Machine& machine) {
  inside_ = false;
  passes_.add(passes_.count() + 1, growth(begun_, figures_of(machine)));
}

}  // namespace strata
