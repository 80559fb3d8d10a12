// One counter of the 8254 that jumps from event to event instead of counting ticks. Between events
// (a load, an OUT edge, a reload) the counting element only goes down by a fixed step.
#pragma once

#include <cstdint>

namespace strata {

class PitCounter {
 public:
  static constexpr std::uint64_t kNoTick = ~std::uint64_t{0};

  /// Brings the counter to just after tick `tick`; never back.
  void run_to(std::uint64_t tick);

  /// The next tick that does more than count down, or kNoTick.
  std::uint64_t next_event() const;

  bool out() const { return out_; }

  /// Bits 5:0 of a control word: RW, mode, BCD (data sheet, figure 7).
  void write_control(std::uint8_t value);
  void write_count(std::uint8_t value);
  std::uint8_t read();

  /// Counter latch command; read-back command. Ignored while latched already.
  void latch_count();
  void latch_status();

 private:
  unsigned mode() const { return mode_bits_ & 2 ? mode_bits_ & 3 : mode_bits_; }
  bool loads_next_tick() const;
  std::uint64_t ticks_to_event() const;
  void apply_event();
  void load();
  void skip_whole_periods(std::uint64_t tick);
  void count_down(std::uint64_t ticks);
  void new_count(std::uint16_t count);
  std::uint32_t modulus() const { return bcd_ ? 10000 : 65536; }
  /// Steps until `count` has gone down to zero; a count of zero is the whole modulus.
  std::uint32_t distance(std::uint32_t count) const { return count ? count : modulus(); }
  std::uint16_t shown_count() const;

  std::uint64_t tick_ = 0;     // the state is that after this tick
  std::uint32_t count_ = 0;    // counting element, in binary
  std::uint32_t initial_ = 0;  // count register, in binary
  unsigned mode_bits_ = 3;     // as written; 6 and 7 are 2 and 3
  unsigned rw_ = 3;            // 1 low byte, 2 high byte, 3 low then high
  bool bcd_ = false;
  bool out_ = true;
  bool counting_ = false;
  bool armed_ = false;    // modes 0 and 4: zero has not been reached since the load
  bool pending_ = false;  // a count waits to be loaded
  bool null_ = true;      // null count of the status byte
  bool odd_ = false;      // mode 3: the count loaded last was odd

  std::uint8_t low_byte_ = 0;
  bool write_high_ = false;  // the next byte written is the high one
  bool read_high_ = false;
  bool count_latched_ = false;
  bool status_latched_ = false;
  std::uint16_t latched_count_ = 0;
  std::uint8_t latched_status_ = 0;
};

}  // namespace strata
