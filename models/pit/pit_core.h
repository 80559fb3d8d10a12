// The 8254 timer (Intel data sheet 231164) with the system control ports of a PC beside it, as a
// plain C++ core. Block of offsets: 0..2 the counters, 3 the control word, 5 = port 61 (IBM PC/AT
// Technical Reference, "port B"): bit 0 is the gate of counter 2, bit 4 changes with each refresh
// of the memory, which is every STRATA_PIT_REFRESH_TICKS ticks, bit 5 is OUT of counter 2. Bit 1,
// which lets OUT to a speaker, and bits 2 and 3, which mask checks of memory and cards, are kept;
// there is no speaker and nothing fails, so bits 6 and 7 are 0. The gates of counters 0 and 1 are
// high. 6 = port 92 (IBM PS/2 Hardware Interface Technical Reference, "system control port A"):
// bit 1 opens A20, bit 0 asks for a reset of the machine, which clears it; the others read 0.
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

/// Wires of port 92; null: nobody. While they are high A20 is open, and a reset is asked for.
struct PitBoardWires {
  Wire a20 = {};
  Wire reset = {};
};

class PitCore : public DeviceOf<PitState> {
 public:
  /// `out0` is OUT of counter 0 (high at power-on); `cpu_hz` the rate of Cycle,
  /// not less than STRATA_PIT_HZ. Both are low at power-on.
  PitCore(Wire out0, std::uint64_t cpu_hz, PitBoardWires board = {});

  void reset() override;
  std::uint32_t read(std::uint32_t offset, unsigned bytes, Cycle now) override;
  void write(std::uint32_t offset, unsigned bytes, std::uint32_t value, Cycle now) override;
  void advance(Cycle now) override;
  Cycle next_event() const override;
  PitState state(Cycle now) const override;
  void load_state(const PitState& state, Cycle now) override;

  /// Level of OUT of counter 0 after the latest call.
  bool out0() const { return out0_; }
  bool a20() const { return (port_a_ & kOpenA20) != 0; }

 private:
  static constexpr std::uint8_t kReset = 0x01;  // of port 92
  static constexpr std::uint8_t kOpenA20 = 0x02;

  void run_through(Cycle now);
  void run_before(Cycle now);
  void write_control(std::uint8_t value, Cycle now);
  std::uint8_t read_port_b(Cycle now) const;
  void write_port_b(std::uint8_t value, Cycle now);
  void set_port_a(std::uint8_t value);
  void settle();

  Wire wire_;
  PitBoardWires board_;
  PitTime time_;
  std::array<PitCounter, 3> counters_;
  std::uint8_t port_b_ = 0;                         // bits 3:1
  std::uint8_t port_a_ = STRATA_SYSTEM_A_AT_RESET;  // bits 1:0
  bool out0_ = true;
};

}  // namespace strata
