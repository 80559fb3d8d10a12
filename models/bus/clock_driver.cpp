#include "models/bus/clock_driver.h"

#include <algorithm>
#include <utility>

#include "models/bus/clocked_signal.h"

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
  // The kernel's time has caught up with the clock, or it is the next edge's.
  if (std::exchange(ahead_, 0) == 0) {
    edge(cycle());
    while (may_go_on()) {
      ++ahead_;
      edge(cycle());
    }
    if (ahead_ != 0) {
      wake_event_.notify(sc_core::sc_time::from_value(ahead_ * period_.value()));
      return;
    }
  }
  settle();
}

void ClockDriver::edge(Cycle now) {
  in_edge_ = true;
  clock_modules(now);
  if (edge_listener_) edge_listener_(now);
  in_edge_ = false;
  update_registers();
}

/// Whether the next edge comes before anything else, now that the latest is over.
bool ClockDriver::may_go_on() const {
  if (in_step_ || pauses_ || awake_.empty() || cycle() >= ahead_limit_) return false;
  return sc_core::sc_time_to_pending_activity().value() > (ahead_ + 1) * period_.value();
}

/// Behind an edge at the kernel's time.
void ClockDriver::settle() {
  running_ = !awake_.empty();
  // Not next_trigger(), which sets static sensitivity aside and puts it back at every edge.
  if (running_) {
    wake_event_.notify(period_);
  } else if (rest_listener_) {
    rest_listener_();
  }
  if (std::exchange(pauses_, false)) sc_core::sc_pause();
}

void ClockDriver::pause() {
  if (in_edge_) {
    pauses_ = true;
  } else {
    sc_core::sc_pause();
  }
}

void ClockDriver::clock_modules(Cycle now) {
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
}

void ClockDriver::update_registers() {
  for (Register* reg : written_) reg->update_after_edge();
  written_.clear();
}

ClockedModule::ClockedModule(const sc_core::sc_module_name& name, ClockDriver& clock)
    : sc_module(name), clock_(clock) {
  wake();
}

// A wire that tells of its changes by itself is asked to; any other is waited on by a process.
void ClockedModule::end_of_elaboration() {
  std::vector<sc_core::sc_in<WishboneRequest>*> others;
  for (auto* port : strobes_) {
    if (auto* wire = dynamic_cast<ClockedSignal<WishboneRequest>*>(port->get_interface())) {
      wire->on_change([this, port] {
        if (port->read().stb) wake();
      });
    } else {
      others.push_back(port);
    }
  }
  if (others.empty()) return;
  SC_HAS_PROCESS(ClockedModule);
  SC_METHOD(strobe_method);
  for (auto* port : others) sensitive << *port;
  dont_initialize();
}

void ClockedModule::strobe_method() {
  for (auto* port : strobes_) {
    if (port->read().stb) wake();
  }
}

void ClockedModule::wake() {
  if (awake_) return;
  awake_ = true;
  clock_.add_awake(this);
}

}  // namespace strata
