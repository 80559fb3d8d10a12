// Adds up what a CPU's cycles went to and what happened in them, clock by clock. Whether a read is
// to be cached is said by the slave with its answer, so its cycles are told as kDataMiss until
// then, where nothing is known of its page: they are counted anew when it turns out to be
// kUncached.
#pragma once

#include <cstdint>

#include "models/cpu/cycle_cause.h"
#include "models/cpu/performance_event.h"

namespace strata {

class CycleCounter {
 public:
  /// One clock (CpuModel::cycle_cause(), happened()). How many of the latest cycles, this one among
  /// them, had been told as kDataMiss and went to kUncached.
  unsigned count(CycleCause cause, std::uint32_t happened) {
    ++cycles_[static_cast<std::size_t>(cause)];
    count_events(happened_, happened);
    trail_ = cause == CycleCause::kDataMiss ? trail_ + 1 : 0;
    return (happened & kAnswers) != 0 ? on_answer(happened) : 0;
  }

  const CycleCounts& cycles() const { return cycles_; }
  const PerformanceCounts& happened() const { return happened_; }

  /// What has been counted stays as it was told: for who takes differences of counts, which must
  /// not get smaller.
  void settle() { trail_ = 0; }

 private:
  static constexpr std::uint32_t kUncachedRead = event_bit("data-cache.uncached-reads");
  static constexpr std::uint32_t kAnswers = kUncachedRead | event_bit("data-cache.read-misses");

  unsigned on_answer(std::uint32_t happened);

  CycleCounts cycles_{};
  PerformanceCounts happened_{};
  unsigned trail_ = 0;  // of cycles told as kDataMiss, up to the latest, of one read
};

}  // namespace strata
