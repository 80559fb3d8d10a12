// The 8254 timer (Intel data sheet 231164) as a plain C++ core. Block of offsets: 0..2 the
// counters, 3 the control word. All gates are high, so modes 1 and 5, which a gate's edge starts,
// never start.
//
// Time: tick k (k >= 1) of the 1.193182 MHz input is the clock edge at cycle
// ceil(k * cpu_hz / STRATA_PIT_HZ). An access in cycle n is the clock edge n: it sees the state
// after edge n - 1, and where a tick falls on the same edge, what it writes wins. OUT of counter 0,
// which is IRQ 0, changes at its exact cycle; between its edges the core does nothing.
//
// Power-on (open in the data sheet): nothing counts and all OUTs are high until a control word
// comes.
#pragma once

#include <array>
#include <cstdint>

#include "models/base/device.h"
#include "models/pit/pit_counter.h"
#include "models/pit/pit_time.h"

namespace strata {

class PitCore : public DeviceOf<PitState> {
 public:
  /// `out0` is OUT of counter 0 (high at power-on); `cpu_hz` the rate of Cycle,
  /// not less than STRATA_PIT_HZ.
  PitCore(Wire out0, std::uint64_t cpu_hz);

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  Cycle next_event() const override;
  PitState state(Cycle now) const override;
  void load_state(const PitState& state, Cycle now) override;

  /// Level of OUT of counter 0 after the latest call.
  bool out0() const { return out0_; }

 private:
  void run_through(Cycle now);
  void run_before(Cycle now);
  void write_control(std::uint8_t value, Cycle now);
  void settle();

  Wire wire_;
  PitTime time_;
  std::array<PitCounter, 3> counters_;
  bool out0_ = true;
};

}  // namespace strata
