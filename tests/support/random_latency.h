// A memory that takes its time as it likes: most answers come soon, some late, and bursts pause.
#pragma once

#include <cstdint>
#include <random>

#include "models/memory/memory_timing.h"

namespace strata::test {

class RandomLatency final : public MemoryTiming {
 public:
  explicit RandomLatency(std::uint32_t seed) : random_(seed) {}

  Cycle first_ack(Cycle now, const Access&) override { return now + delay(); }
  Cycle next_ack(Cycle edge) override { return edge + 1 + delay(); }

 private:
  Cycle delay() { return random_() % 16 == 0 ? random_() % 60 : random_() % 4; }

  std::mt19937 random_;
};

}  // namespace strata::test
