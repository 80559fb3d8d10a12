// Memory of the cycle-accurate platform: a Wishbone slave that answers when its MemoryTiming says.
// A request of set latency, sampled at edge n, is acked after edge n + latency; a four-word
// wrapping burst (CTI 010, BTE 01) then gives a word a cycle, critical word first. What is not
// mapped reads all ones; writes to it or to ROM are dropped. The data tag of a read says
// "cacheable" where the whole 16-byte line is RAM.
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

#include "models/bus/clock_driver.h"
#include "models/bus/wishbone.h"
#include "models/memory/memory_map.h"
#include "models/memory/memory_timing.h"

namespace strata {

class WbMemory : public ClockedModule {
 public:
  sc_core::sc_in<WishboneRequest> request;
  sc_core::sc_out<WishboneResponse> response;

  /// `latency` in CPU cycles, 0 for an ack at once.
  WbMemory(const sc_core::sc_module_name& name, ClockDriver& clock, MemoryMap map,
           unsigned latency);

  WbMemory(const sc_core::sc_module_name& name, ClockDriver& clock, MemoryMap map,
           std::unique_ptr<MemoryTiming> timing);

  /// Reads of addresses where nothing is mapped and writes to what is not RAM, bursts apart.
  std::uint64_t unclaimed_accesses() const { return unclaimed_; }

  /// Cycles from the edge that samples a request to that of its last ack, both counted.
  Cycle busy_cycles() const { return busy_; }

  MemoryTiming& timing() { return *timing_; }
  const MemoryTiming& timing() const { return *timing_; }

 private:
  enum class State { kIdle, kWaiting, kTurnaround };

  bool clock_edge(Cycle cycle) override;
  void start(Cycle cycle);
  void answer(Cycle cycle);
  void drop_ack();
  std::uint8_t tag_of(std::uint32_t address);
  std::uint32_t read_word(std::uint32_t address);
  void write_word(const WishboneRequest& wishbone);
  const MemoryMap::Region& region_of(std::uint32_t address);

  MemoryMap map_;
  std::unique_ptr<MemoryTiming> timing_;
  MemoryMap::Region region_;  // the one used last

  State state_ = State::kIdle;
  Cycle ack_cycle_ = 0;
  std::uint32_t address_ = 0;
  unsigned words_left_ = 0;  // of a burst, the next one included
  bool is_write_ = false;
  bool acked_ = false;  // what response shows
  Cycle busy_ = 0;
  std::uint64_t unclaimed_ = 0;
};

}  // namespace strata
