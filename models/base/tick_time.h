// When a device's own clock ticks, in CPU cycles: tick k (k >= 1) of `kTickHz` is at cycle
// ceil(k * cpu_hz / kTickHz), for both twins.
#pragma once

#include <cassert>
#include <cstdint>

#include "models/base/types.h"

namespace strata {

template <std::uint32_t kTickHz>
class TickTime {
 public:
  /// `cpu_hz` is at least kTickHz, so that no two ticks fall on one cycle.
  explicit TickTime(std::uint64_t cpu_hz) : cpu_hz_(cpu_hz) { assert(cpu_hz >= kTickHz); }

  /// The cycle of tick `tick`. Whole seconds apart, so that nothing overflows in a year.
  Cycle cycle_of(std::uint64_t tick) const {
    const std::uint64_t rest = tick % kTickHz * cpu_hz_;
    return tick / kTickHz * cpu_hz_ + (rest + kTickHz - 1) / kTickHz;
  }

  /// How many ticks have come up to and including `cycle`.
  std::uint64_t ticks_at(Cycle cycle) const {
    return cycle / cpu_hz_ * kTickHz + cycle % cpu_hz_ * kTickHz / cpu_hz_;
  }

 private:
  std::uint64_t cpu_hz_;
};

}  // namespace strata
