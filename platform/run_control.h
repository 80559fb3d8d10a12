// When a run must stop and when somebody wants to hear of it: limits, Ctrl-C, the status line's
// pace. A machine asks poll() every few milliseconds; that is the only place where host time enters
// a run.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

#include "models/base/types.h"
#include "platform/machine.h"

namespace strata {

struct RunLimits {
  Cycle max_cycles = kNever;
  std::optional<std::chrono::duration<double>> timeout;
};

class RunControl {
 public:
  using Clock = std::chrono::steady_clock;
  using Progress = std::function<void(const Machine& machine)>;

  explicit RunControl(RunLimits limits);

  /// Calls `progress` from poll() about every `interval`.
  void set_progress(std::chrono::milliseconds interval, Progress progress);

  /// Starts the clock of the timeout and of elapsed(); poll() does it when nobody did.
  void start();

  /// The machine stops exactly at this cycle and ends with kCycleLimit.
  Cycle max_cycles() const { return limits_.max_cycles; }

  /// Reports progress when it is due. Returns why the run must end now, if it must.
  std::optional<RunEnd> poll(const Machine& machine);

  /// The machine returns from run() exactly at this cycle with kTurnOver, to be asked again when
  /// others have had their turn.
  void set_turn_end(Cycle cycle) { turn_end_ = cycle; }
  Cycle turn_end() const { return turn_end_; }

  /// The run ends at this cycle.
  void limit_to(Cycle cycle) { limits_.max_cycles = cycle; }

  /// Something may come from outside at the end of the turn, and wake a CPU that has halted.
  void set_awaited(bool awaited) { awaited_ = awaited; }
  bool awaited() const { return awaited_; }

  /// Where a machine that goes on has to stop at the latest.
  Cycle next_stop() const { return std::min(limits_.max_cycles, turn_end_); }

  /// Host seconds since start().
  double elapsed() const;

  /// Ends the run with kInterrupted at the next poll(). Async-signal-safe.
  static void interrupt() { interrupted_.store(true, std::memory_order_relaxed); }
  static bool interrupted() { return interrupted_.load(std::memory_order_relaxed); }

 private:
  static inline std::atomic<bool> interrupted_{false};

  RunLimits limits_;
  Cycle turn_end_ = kNever;
  bool awaited_ = false;
  std::optional<Clock::time_point> start_;
  Clock::time_point next_progress_{};
  std::chrono::milliseconds interval_{250};
  Progress progress_;
};

}  // namespace strata
