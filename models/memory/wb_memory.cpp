#include "models/memory/wb_memory.h"

#include <cstring>

namespace strata {
namespace {

constexpr unsigned kBurstWords = 4;
constexpr std::uint32_t kLineMask = 0xF;

}  // namespace

WbMemory::WbMemory(const sc_core::sc_module_name& name, ClockDriver& clock, MemoryMap map,
                   unsigned latency)
    : WbMemory(name, clock, std::move(map), std::make_unique<FixedLatency>(latency)) {}

WbMemory::WbMemory(const sc_core::sc_module_name& name, ClockDriver& clock, MemoryMap map,
                   std::unique_ptr<MemoryTiming> timing)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      map_(std::move(map)),
      timing_(std::move(timing)) {
  wake_on_strobe(request);
}

bool WbMemory::clock_edge(Cycle cycle) {
  switch (state_) {
    case State::kIdle: {
      const WishboneRequest& wishbone = request.read();
      if (!wishbone.cyc || !wishbone.stb) return false;
      start(cycle);
      break;
    }
    case State::kWaiting: break;
    case State::kTurnaround:
      // The master samples the last ack at this edge; its strobe is still the old one.
      drop_ack();
      state_ = State::kIdle;
      return true;
  }
  if (cycle >= ack_cycle_) {
    answer(cycle);
  } else if (acked_) {
    drop_ack();  // a burst pauses
  }
  return true;
}

void WbMemory::drop_ack() {
  response.write({.dat = response.read().dat});
  acked_ = false;
}

void WbMemory::start(Cycle cycle) {
  const WishboneRequest& wishbone = request.read();
  address_ = wishbone.adr;
  is_write_ = wishbone.we;
  const bool burst = !wishbone.we && wishbone.cti == kCtiIncrementing && wishbone.bte == kBteWrap4;
  words_left_ = burst && tag_of(address_) != kTgdNone ? kBurstWords : 1;
  const bool ram = region_of(address_).writable != nullptr;
  ack_cycle_ = timing_->first_ack(cycle, {address_, is_write_, ram});
  busy_ += ack_cycle_ - cycle + 1;
  state_ = State::kWaiting;
  if (wishbone.we) {
    write_word(wishbone);
  } else if (region_of(address_).bytes == nullptr) {
    ++unclaimed_;
  }
}

void WbMemory::answer(Cycle cycle) {
  WishboneResponse answer{.ack = true};
  if (!is_write_) {
    answer.dat = read_word(address_);
    answer.tgd = tag_of(address_);
  }
  response.write(answer);
  acked_ = true;
  address_ = (address_ & ~kLineMask) | ((address_ + 4) & kLineMask);
  if (--words_left_ == 0) {
    state_ = State::kTurnaround;
    return;
  }
  ack_cycle_ = timing_->next_ack(cycle);
  busy_ += ack_cycle_ - cycle;
}

const MemoryMap::Region& WbMemory::region_of(std::uint32_t address) {
  if (!region_.contains(address)) region_ = map_.find(address);
  return region_;
}

/// A line is cached whole or not at all.
std::uint8_t WbMemory::tag_of(std::uint32_t address) {
  const MemoryMap::Region& region = region_of(address);
  const bool whole = region.contains(address & ~kLineMask) && region.contains(address | kLineMask);
  if (region.bytes == nullptr || !whole) return kTgdNone;
  return region.writable ? kTgdCacheable : kTgdFixed;
}

std::uint32_t WbMemory::read_word(std::uint32_t address) {
  const MemoryMap::Region& region = region_of(address);
  std::uint32_t word = 0xFFFFFFFF;
  if (region.bytes) std::memcpy(&word, region.bytes + (address - region.first), sizeof word);
  return word;
}

void WbMemory::write_word(const WishboneRequest& wishbone) {
  const MemoryMap::Region& region = region_of(wishbone.adr);
  if (!region.writable) {
    ++unclaimed_;
    return;
  }
  std::uint8_t* bytes = region.writable + (wishbone.adr - region.first);
  if (wishbone.sel == 0xF) {
    std::memcpy(bytes, &wishbone.dat, sizeof wishbone.dat);
    return;
  }
  for (unsigned lane = 0; lane < 4; ++lane) {
    if (wishbone.sel >> lane & 1) {
      bytes[lane] = static_cast<std::uint8_t>(wishbone.dat >> (8 * lane));
    }
  }
}

}  // namespace strata
