// --interval and --region: the counters of a run, taken every so many cycles and at each pass
// through a region of code.
//
// A row has what the counters have grown by. What is counted is what the machine says then
// (Machine::counters() and the rest), so nothing here knows a counter by name. Taking rows does not
// change a run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/base/types.h"

namespace strata {

class Machine;

/// Rows of the same named numbers.
class CounterRows {
 public:
  using Row = std::map<std::string, std::uint64_t>;

  /// No more rows than this are kept; the others are counted.
  static constexpr std::size_t kMostRows = 1'000'000;

  /// `label` is the name of the first column and `value` what it has in this row.
  explicit CounterRows(std::string label) : label_(std::move(label)) {}

  void add(std::uint64_t value, const Row& row);

  /// Of all rows there were.
  std::uint64_t count() const { return count_; }

  /// Minimum, median (of an even number the mean of the two in the middle) and maximum of a column;
  /// there is a row.
  struct Summary {
    std::uint64_t minimum = 0;
    double median = 0;
    std::uint64_t maximum = 0;
  };
  Summary summary(const std::string& column) const;

  /// A line a row, and with `summaries` three more, which say minimum, median and maximum in the
  /// first column. CSV has a head line, JSON lines are objects.
  std::string to_csv(bool summaries) const;
  std::string to_json_lines(bool summaries) const;

 private:
  struct Line {
    std::string label;
    std::vector<double> values;
  };
  std::vector<std::string> columns() const;
  std::vector<Line> lines(bool summaries) const;

  std::string label_;
  std::vector<std::pair<std::uint64_t, Row>> rows_;
  std::uint64_t count_ = 0;
};

/// What passes are counted of: code, by linear addresses, or what the guest marks.
struct Region {
  /// From call 17 to call 18 of port ABBA (models/pv/pv_page.h); the rest does not count.
  bool marked = false;
  /// A pass is a call: from the arrival at `from` to the return, however it came there and whatever
  /// it calls meanwhile, itself among it. Else it is from the retirement of the instruction at
  /// `from` to the next retirement of that at `to`.
  bool function = false;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

class CounterWatch {
 public:
  /// `interval` 0: no intervals.
  CounterWatch(Cycle interval, std::optional<Region> region);

  /// The machine stops at this cycle, or at the first boundary behind it, to call on_interval();
  /// kNever: never.
  Cycle next_interval() const { return next_interval_; }
  void on_interval(const Machine& machine);

  /// Whether on_retire() is to be called: the region is code.
  bool watches_region() const { return region_ && !region_->marked; }

  /// What retired: the instruction at `address`, or with `event` an exception or interrupt.
  struct Retirement {
    bool event = false;
    bool jumped = true;  // false: goes on behind itself
    std::uint32_t address = 0;
    std::uint32_t next = 0;  // where execution goes on
  };
  /// `stack_pointer` gives ESP afterwards; the machine's figures are those up to the retirement.
  void on_retire(const Retirement& retired, const std::function<std::uint32_t()>& stack_pointer,
                 const Machine& machine);

  /// The guest marks where the region begins or ends; a begin in a pass and an end outside do
  /// nothing.
  void on_mark(bool begins, const Machine& machine);

  /// The run has ended: what is left of the last interval is a row; a pass under way is none.
  void finish(const Machine& machine);

  const CounterRows& intervals() const { return intervals_; }
  const CounterRows& passes() const { return passes_; }

 private:
  void follow_function(const Retirement& retired,
                       const std::function<std::uint32_t()>& stack_pointer, const Machine& machine);
  void follow_points(const Retirement& retired, const Machine& machine);
  void begin(const Machine& machine);
  void end(const Machine& machine);

  Cycle interval_;
  Cycle next_interval_;
  CounterRows intervals_{"cycle"};
  CounterRows::Row before_;  // at the end of the interval before

  std::optional<Region> region_;
  CounterRows passes_{"pass"};
  bool inside_ = false;
  std::uint32_t stack_ = 0;  // ESP at the arrival
  CounterRows::Row begun_;
};

}  // namespace strata
