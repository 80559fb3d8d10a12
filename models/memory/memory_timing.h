// When the memory of the cycle-accurate platform answers: its bytes are MemoryMap's.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "models/base/types.h"

namespace strata {

class MemoryTiming {
 public:
  /// An access as its Wishbone request has it.
  struct Access {
    std::uint32_t address = 0;  // of the first word
    bool write = false;
    bool ram = true;  // false: ROM, or nothing is there
  };

  virtual ~MemoryTiming() = default;

  /// A request is sampled at edge `now`: the edge, `now` or later, after which its first word is
  /// acknowledged. Accesses come one after the other.
  virtual Cycle first_ack(Cycle now, const Access& access) = 0;

  /// The edge after which the next word of a burst is, whose latest was after `edge`.
  virtual Cycle next_ack(Cycle edge) { return edge + 1; }

  /// After cycle `last` it is cycle `now` (another, where a state is loaded): goes on as if nothing
  /// had been accessed before.
  virtual void restart(Cycle last, Cycle now) {
    static_cast<void>(last);
    static_cast<void>(now);
  }

  using Counters = std::vector<std::pair<const char*, std::uint64_t>>;
  /// What there is to tell of the accesses up to `now`.
  virtual Counters counters(Cycle now) const {
    static_cast<void>(now);
    return {};
  }
};

/// `latency` wait cycles before the ack of a read, 0 for an ack at once. A write is posted: it is
/// acknowledged at once.
class FixedLatency final : public MemoryTiming {
 public:
  explicit FixedLatency(unsigned latency) : latency_(latency) {}
  Cycle first_ack(Cycle now, const Access& access) override {
    return access.write ? now : now + latency_;
  }

 private:
  const unsigned latency_;
};

}  // namespace strata
