// When the timer's clock ticks, in CPU cycles: tick k (k >= 1) is at cycle
// ceil(k * cpu_hz / STRATA_PIT_HZ), for both twins.
#pragma once

#include <cassert>
#include <cstdint>

#include "models/base/types.h"
#include "models/machine/memory_map.h"

namespace strata {

class PitTime {
 public:
  /// `cpu_hz` is at least STRATA_PIT_HZ, so that no two ticks fall on one cycle.
  explicit PitTime(std::uint64_t cpu_hz) : cpu_hz_(cpu_hz) { assert(cpu_hz >= STRATA_PIT_HZ); }

  /// The cycle of tick `tick`. Whole seconds apart, so that nothing overflows in a year.
  Cycle cycle_of(std::uint64_t tick) const {
    const std::uint64_t rest = tick % STRATA_PIT_HZ * cpu_hz_;
    return tick / STRATA_PIT_HZ * cpu_hz_ + (rest + STRATA_PIT_HZ - 1) / STRATA_PIT_HZ;
  }

  /// How many ticks have come up to and including `cycle`.
  std::uint64_t ticks_at(Cycle cycle) const {
    return cycle / cpu_hz_ * STRATA_PIT_HZ + cycle % cpu_hz_ * STRATA_PIT_HZ / cpu_hz_;
  }

 private:
  std::uint64_t cpu_hz_;
};

}  // namespace strata
