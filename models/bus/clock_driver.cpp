#include "models/bus/clock_driver.h"

#include <algorithm>

namespace strata {

ClockDriver::ClockDriver(const sc_core::sc_module_name& name, sc_core::sc_time period)
    : sc_module(name), period_(period) {
  SC_HAS_PROCESS(ClockDriver);
  SC_METHOD(edge_method);
  sensitive << wake_event_;
  dont_initialize();
}

void ClockDriver::add_awake(ClockedModule* module) {
  awake_.push_back(module);
  if (!running_) {
    running_ = true;
    // To the next multiple of the period, so that edges stay on the grid after an idle time.
    const auto now = sc_core::sc_time_stamp().value();
    const auto next = (now / period_.value() + 1) * period_.value();
    wake_event_.notify(sc_core::sc_time::from_value(next - now));
  }
}

void ClockDriver::edge_method() {
  const Cycle now = cycle();
  // Modules woken during the edge are appended and must wait for the next one.
  const std::size_t count = awake_.size();
  bool any_slept = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (!awake_[i]->clock_edge(now)) {
      awake_[i]->awake_ = false;
      awake_[i] = nullptr;
      any_slept = true;
    }
  }
  if (any_slept) std::erase(awake_, nullptr);
  running_ = !awake_.empty();
  if (edge_listener_) edge_listener_(now);
  if (running_) next_trigger(period_);
}

ClockedModule::ClockedModule(const sc_core::sc_module_name& name, ClockDriver& clock)
    : sc_module(name), clock_(clock) {
  wake();
}

void ClockedModule::wake() {
  if (awake_) return;
  awake_ = true;
  clock_.add_awake(this);
}

}  // namespace strata
