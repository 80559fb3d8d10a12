#include "models/keyboard/keyboard_tlm.h"

namespace strata {

// DeviceTlm only keeps the reference to the core, which is constructed after it.
KeyboardTlm::KeyboardTlm(const sc_core::sc_module_name& name, std::uint64_t cpu_hz,
                         sc_core::sc_time period, sc_core::sc_time phase)
    : DeviceTlm(name, core_, period, phase),
      irq("irq"),
      a20("a20"),
      reset("reset"),
      core_({[this](bool level) { irq.write(level); }, [this](bool level) { a20.write(level); },
             [this](bool level) { reset.write(level); }},
            cpu_hz) {
  a20.initialize(core_.a20());
  SC_HAS_PROCESS(KeyboardTlm);
  SC_METHOD(press_method);
  sensitive << press_event_;
  dont_initialize();
}

void KeyboardTlm::press(std::span<const KeyCode> keys, Cycle cycle) {
  keys_.assign(keys.begin(), keys.end());
  press_cycle_ = cycle;
  press_event_.cancel();
  press_event_.notify(time_of(cycle) - sc_core::sc_time_stamp());
}

void KeyboardTlm::press_method() {
  core_.press(keys_, press_cycle_);
  keys_.clear();
  reschedule();
}

}  // namespace strata
