// What a random program may find around its CPU beside interrupts and wait states: caches of any
// shape, and another bus master that stores what is there already, so that lines and fetched code
// are thrown out at any moment and nothing else changes.
#pragma once

#include <bit>

#include "tests/lockstep/random_program.h"
#include "tests/rtl/cpu/cpu_bench.h"

namespace strata::test {

/// Half of them are all there is, others little of it or none.
inline CacheShape random_caches(Random& random) {
  CacheShape shape = built_caches();
  if (pick(random, 2) == 0) return shape;
  shape.off = pick(random, 4) == 0;
  shape.sets >>= pick(random, static_cast<std::uint32_t>(std::bit_width(shape.sets)));
  shape.ways >>= pick(random, static_cast<std::uint32_t>(std::bit_width(shape.ways)));
  return shape;
}

/// Clocks between such stores, about; 0: there are none.
inline std::uint32_t random_touch_pause(Random& random) {
  return pick(random, 2) == 0 ? 0 : 2 + pick(random, 60);
}

/// In front of a clock of `bench`: perhaps one, where the CPU has just been or anywhere below
/// `end`.
inline void touch_at_random(CpuBench& bench, Random& random, std::uint32_t pause,
                            std::uint32_t end) {
  if (pause == 0 || pick(random, pause) != 0 || !bench.bus_is_free()) return;
  const std::uint32_t around = bench.cpu().request().adr + 16 * pick(random, 3) - 16;
  bench.touch_elsewhere(pick(random, 2) == 0 ? around : pick(random, end));
}

}  // namespace strata::test
