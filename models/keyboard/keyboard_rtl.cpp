#include "models/keyboard/keyboard_rtl.h"

namespace strata {

KeyboardRtl::KeyboardRtl(const sc_core::sc_module_name& name, ClockDriver& clock,
                         VerilatedContext* context, std::uint64_t cpu_hz)
    : TickedModule(name, clock, cpu_hz),
      request("request"),
      response("response"),
      irq("irq"),
      a20("a20"),
      reset("reset"),
      model_(context, basename()) {
  a20.initialize(model_.a20());
  wake_on_strobe(request);
}

void KeyboardRtl::drive() {
  irq.write(model_.irq());
  a20.write(model_.a20());
  reset.write(model_.reset());
}

bool KeyboardRtl::clock_edge(Cycle cycle) {
  const WishboneRequest& bus = request.read();
  const bool was_acked = model_.ack();
  model_.clock(bus, is_tick(cycle), keys_);
  keys_.clear();
  const bool ack = model_.ack();
  if (ack || was_acked) response.write({.dat = model_.dat(), .ack = ack});
  drive();
  if (!model_.idle()) wake_at_tick_after(cycle);
  return bus.stb || ack;
}

KeyboardState KeyboardRtl::state(Cycle) const {
  return model_.state();
}

void KeyboardRtl::load_state(const KeyboardState& state, Cycle now) {
  model_.load_state(state);
  keys_.clear();
  drive();
  forget_tick();
  if (!model_.idle()) wake_at_tick_after(now);
}

void KeyboardRtl::press(std::span<const KeyCode> keys) {
  keys_.assign(keys.begin(), keys.end());
  wake();
}

}  // namespace strata
