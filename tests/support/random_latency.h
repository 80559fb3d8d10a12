// A memory that takes its time as it likes: most answers come soon, some late, and bursts pause.
#pragma once

#include <cstdint>
#include <random>

#include "models/memory/memory_timing.h"

namespace strata::test {

inline unsigned random_delay(std::mt19937& random) {
  const bool is_late = random() % 16 == 0;
  return static_cast<unsigned>(random()) % (is_late ? 60 : 4);
}

class RandomLatency final : public MemoryTiming {
 public:
  explicit RandomLatency(std::uint32_t seed) : random_(seed) {}

  Cycle first_ack(Cycle now, const Access&) override { return now + delay(); }
  Cycle next_ack(Cycle edge) override { return edge + 1 + delay(); }

 private:
  Cycle delay() { return random_delay(random_); }

  std::mt19937 random_;
};

}  // namespace strata::test
