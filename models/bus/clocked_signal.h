// A signal between clocked modules. What a module writes at an edge is seen by all from the end of
// that edge on, as with sc_signal's evaluate and update; but the clock driver does the updating, so
// that the kernel need not come round for wires that no process waits on. Wherever one does wait
// for a change, and for writes outside an edge, it is sc_signal itself.
#pragma once

#include <functional>
#include <systemc>
#include <utility>
#include <vector>

#include "models/bus/clock_driver.h"

namespace strata {

template <typename T>
class ClockedSignal final : public sc_core::sc_signal<T>, private ClockDriver::Register {
 public:
  ClockedSignal(const char* name, ClockDriver& clock)
      : sc_core::sc_signal<T>(name), clock_(clock) {}

  void write(const T& value) override {
    if (!clock_.in_edge() || this->m_change_event_p != nullptr) {
      sc_core::sc_signal<T>::write(value);
    } else if (!(this->m_new_val == value)) {
      this->m_new_val = value;
      if (!std::exchange(pending_, true)) clock_.update_after_edge(*this);
    }
  }

  /// Who asks for the event is going to wait for it.
  const sc_core::sc_event& value_changed_event() const override {
    clock_.keep_in_step();
    return sc_core::sc_signal<T>::value_changed_event();
  }

  /// Called whenever the value has changed.
  void on_change(std::function<void()> listener) { listeners_.push_back(std::move(listener)); }

 private:
  void update() override {
    const bool changed = !(this->m_new_val == this->m_cur_val);
    sc_core::sc_signal<T>::update();
    if (changed) tell();
  }

  void update_after_edge() override {
    pending_ = false;
    if (this->m_new_val == this->m_cur_val) return;
    this->m_cur_val = this->m_new_val;
    tell();
  }

  void tell() {
    for (const auto& listener : listeners_) listener();
  }

  ClockDriver& clock_;
  bool pending_ = false;
  std::vector<std::function<void()>> listeners_;
};

}  // namespace strata
