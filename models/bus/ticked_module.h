// A clocked module with a slower clock of its own, of `kTickHz`: it is clocked at the edges on
// which its ticks fall, and for accesses, but not between them.
#pragma once

#include <cstdint>
#include <systemc>

#include "models/base/tick_time.h"
#include "models/bus/clock_driver.h"

namespace strata {

template <std::uint32_t kTickHz>
class TickedModule : public ClockedModule {
 public:
  /// `cpu_hz` is the rate of `clock`, at least kTickHz.
  TickedModule(const sc_core::sc_module_name& name, ClockDriver& clock, std::uint64_t cpu_hz)
      : ClockedModule(name, clock), time_(cpu_hz) {
    SC_HAS_PROCESS(TickedModule);
    SC_METHOD(wake);
    sensitive << tick_event_;
    dont_initialize();
  }

 protected:
  /// Whether a tick falls on the edge of `cycle`.
  bool is_tick(Cycle cycle) const { return time_.ticks_at(cycle) != time_.ticks_at(cycle - 1); }

  /// How many ticks have come before the edge of `cycle`.
  std::uint64_t ticks_before(Cycle cycle) const { return time_.ticks_at(cycle - 1); }

  /// Has the module clocked at the first tick after `cycle`. The event comes just before the tick's
  /// edge, so that the edge finds it awake.
  void wake_at_tick_after(Cycle cycle) {
    if (next_tick_ > cycle) return;
    next_tick_ = time_.cycle_of(time_.ticks_at(cycle) + 1);
    const auto edge = clock().time_of(next_tick_).value();
    tick_event_.notify(sc_core::sc_time::from_value(edge - 1 - sc_core::sc_time_stamp().value()));
  }

  /// Takes that back: time has been set.
  void forget_tick() {
    next_tick_ = 0;
    tick_event_.cancel();
  }

 private:
  TickTime<kTickHz> time_;
  Cycle next_tick_ = 0;  // cycle of the first tick after the latest edge
  sc_core::sc_event tick_event_;
};

}  // namespace strata
