// How much of the host's time the guest gets, whatever its timers ask for. An exit and what the
// machine does in it take longer than the shortest timer periods, so a deadline that has passed
// before the guest is entered, and an interrupt that is due again before its handler has ended,
// would leave the program no instruction. All times are nanoseconds of CLOCK_MONOTONIC.
#pragma once

#include <algorithm>
#include <cstdint>

namespace strata {

class GuestShare {
 public:
  /// What the guest gets at the least, from the start of a turn to its deadline, and between the
  /// end of an interrupt's handler and the next interrupt: so long, or four times what a way into
  /// the guest and out again takes on this host.
  static constexpr std::int64_t kLeastNs = 50'000;
  static constexpr std::int64_t kLeastTrips = 4;
  /// How long a deadline is no deadline while the guest takes no interrupts: it could not notice.
  static constexpr std::int64_t kMaskedNs = 5'000'000;

  /// Whether note_trip() wants more figures.
  bool measuring() const { return trips_ < kTripsMeasured; }
  /// A KVM_RUN that the guest left by itself took `ns`. The shortest of the first few counts.
  void note_trip(std::int64_t ns) {
    trip_ = trips_ == 0 ? ns : std::min(trip_, ns);
    ++trips_;
  }
  std::int64_t least() const { return std::max(kLeastNs, kLeastTrips * trip_); }

  /// A turn of the guest's begins at `now`, with `deadline` for its end.
  void begin_turn(std::int64_t now, std::int64_t deadline);
  void end_turn(std::int64_t now);

  /// When the turn ends, as long as EFLAGS.IF stays as it is.
  std::int64_t turn_end(bool interrupts_enabled) const {
    return interrupts_enabled ? deadline_ : masked_deadline_;
  }

  /// Whether the guest, which could take an interrupt at `now`, has had its share since the one
  /// before; if not, it has at rest_end(), in this turn or by rest_end() of the next.
  bool rested(std::int64_t now);
  std::int64_t rest_end() const { return rest_end_; }

  /// The guest is interrupted.
  void interrupted() { rest_ = Rest::kOwed; }
  /// The guest gives the rest of its share away (HLT), or starts anew.
  void waive() { rest_ = Rest::kNone; }

 private:
  enum class Rest : std::uint8_t { kNone, kOwed, kTaken };
  static constexpr unsigned kTripsMeasured = 16;

  unsigned trips_ = 0;
  std::int64_t trip_ = 0;
  std::int64_t deadline_ = 0;
  std::int64_t masked_deadline_ = 0;
  Rest rest_ = Rest::kNone;
  std::int64_t rest_end_ = 0;  // between turns: what is left of it
};

}  // namespace strata
