// The 8254 timer (Intel data sheet 231164) with the port of an AT that belongs to it, as a plain
// C++ core. Block of offsets: 0..2 the counters, 3 the control word, 5 = port 61 (IBM PC/AT
// Technical Reference, "port B"): bit 0 is the gate of counter 2, bit 4 changes with each refresh
// of the memory, which is every STRATA_PIT_REFRESH_TICKS ticks, bit 5 is OUT of counter 2. Bit 1,
// which lets OUT to a speaker, and bits 2 and 3, which mask checks of memory and cards, are kept;
// there is no speaker and nothing fails, so bits 6 and 7 are 0. The gates of counters 0 and 1 are
// high.
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
  std::uint8_t read_port_b(Cycle now) const;
  void write_port_b(std::uint8_t value, Cycle now);
  void settle();

  Wire wire_;
  PitTime time_;
  std::array<PitCounter, 3> counters_;
  std::uint8_t port_b_ = 0;  // bits 3:1
  bool out0_ = true;
};

}  // namespace strata
