// One counter of the 8254 that jumps from event to event instead of counting ticks. Between events
// (a load, an OUT edge, a reload) the counting element only goes down by a fixed step.
#pragma once

#include <cstdint>

#include "models/pit/pit_state.h"

namespace strata {

class PitCounter {
 public:
  static constexpr std::uint64_t kNoTick = ~std::uint64_t{0};

  /// Brings the counter to just after tick `tick`; never back.
  void run_to(std::uint64_t tick);

  /// The next tick that does more than count down, or kNoTick.
  std::uint64_t next_event() const;

  bool out() const { return state_.out; }
  bool gate() const { return state_.gate; }

  void set_gate(bool level);

  /// The state after the tick the counter was brought to.
  PitCounterState state() const;
  /// As if it were the one after tick `tick`.
  void load_state(const PitCounterState& state, std::uint64_t tick);

  /// Bits 5:0 of a control word: RW, mode, BCD (data sheet, figure 7).
  void write_control(std::uint8_t value);
  void write_count(std::uint8_t value);
  std::uint8_t read();

  /// Counter latch command; read-back command. Ignored while latched already.
  void latch_count();
  void latch_status();

 private:
  unsigned mode() const { return state_.mode_bits & 2 ? state_.mode_bits & 3u : state_.mode_bits; }
  bool counts() const;
  bool loads_next_tick() const;
  std::uint64_t ticks_to_event() const;
  void apply_event();
  void load();
  void skip_whole_periods(std::uint64_t tick);
  void count_down(std::uint64_t ticks);
  void new_count(std::uint16_t count);
  std::uint32_t modulus() const { return state_.bcd ? 10000 : 65536; }
  std::uint16_t loaded_count() const;
  /// What a count register stands for.
  std::uint32_t binary(std::uint16_t count) const;
  /// Steps until the counting element has gone down to zero; zero is the whole modulus.
  std::uint32_t distance() const { return state_.count ? binary(state_.count) : modulus(); }

  std::uint64_t tick_ = 0;  // the state is that after this tick
  PitCounterState state_;
};

}  // namespace strata
