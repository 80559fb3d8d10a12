// From a clock rate to SystemC's time, the same for every machine.
#pragma once

#include <cstdint>
#include <systemc>

namespace strata {

/// One period of `hz`, rounded to SystemC's resolution of a picosecond. Virtual time is counted in
/// cycles; the rounding shows in waves only.
inline sc_core::sc_time clock_period(std::uint64_t hz) {
  constexpr std::uint64_t kPicosecondsASecond = 1'000'000'000'000;
  return sc_core::sc_time::from_value((kPicosecondsASecond + hz / 2) / hz);
}

}  // namespace strata
