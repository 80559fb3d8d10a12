// From cycle numbers to the time stamps in a wave file.
#pragma once

#include <cstdint>
#include <string>

#include "models/base/types.h"

namespace strata {

struct TimeBase {
  int exponent = -12;  // one time stamp is 10^exponent seconds
  std::uint64_t ticks_per_cycle = 0;
  std::uint64_t high_ticks = 0;  // from the rising to the falling edge

  /// The coarsest power of ten in which both edges are whole numbers.
  static TimeBase for_period_ps(std::uint64_t period_ps) {
    TimeBase base{-12, period_ps, period_ps / 2};
    while (base.exponent < 0 && base.ticks_per_cycle % 10 == 0 && base.high_ticks % 10 == 0) {
      base.ticks_per_cycle /= 10;
      base.high_ticks /= 10;
      ++base.exponent;
    }
    return base;
  }

  std::uint64_t rising(Cycle cycle) const { return cycle * ticks_per_cycle; }
  std::uint64_t falling(Cycle cycle) const { return rising(cycle) + high_ticks; }

  /// "10ns", as VCD's $timescale wants it.
  std::string name() const {
    static constexpr const char* kUnits[] = {"ps", "ns", "us", "ms", "s"};
    static constexpr const char* kNumbers[] = {"1", "10", "100"};
    const int above_ps = exponent + 12;
    return std::string(kNumbers[above_ps % 3]) + kUnits[above_ps / 3];
  }
};

}  // namespace strata
