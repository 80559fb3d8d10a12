#include "models/memory/wb_memory.h"

#include <cstring>

namespace strata {
namespace {

constexpr unsigned kBurstWords = 4;
constexpr std::uint32_t kLineMask = 0xF;

}  // namespace

WbMemory::WbMemory(const sc_core::sc_module_name& name, ClockDriver& clock, MemoryMap map,
                   unsigned latency)
    : ClockedModule(name, clock),
      request("request"),
      response("response"),
      map_(std::move(map)),
      latency_(latency) {
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
      response.write({response.read().dat, false});
      state_ = State::kIdle;
      return true;
  }
  if (cycle >= ack_cycle_) answer();
  return true;
}

void WbMemory::start(Cycle cycle) {
  const WishboneRequest& wishbone = request.read();
  address_ = wishbone.adr;
  is_write_ = wishbone.we;
  const bool burst = !wishbone.we && wishbone.cti == kCtiIncrementing && wishbone.bte == kBteWrap4;
  words_left_ = burst ? kBurstWords : 1;
  ack_cycle_ = cycle + latency_;
  state_ = State::kWaiting;
  if (wishbone.we) {
    write_word(wishbone);
  } else if (!burst && region_of(address_).bytes == nullptr) {
    ++unclaimed_;
  }
}

void WbMemory::answer() {
  WishboneResponse answer{.ack = true};
  if (!is_write_) {
    answer.dat = read_word(address_);
    answer.tgd = is_line_of_ram(address_);
  }
  response.write(answer);
  address_ = (address_ & ~kLineMask) | ((address_ + 4) & kLineMask);
  if (--words_left_ == 0) state_ = State::kTurnaround;
}

const MemoryMap::Region& WbMemory::region_of(std::uint32_t address) {
  if (!region_.contains(address)) region_ = map_.find(address);
  return region_;
}

bool WbMemory::is_line_of_ram(std::uint32_t address) {
  const MemoryMap::Region& region = region_of(address);
  return region.writable && region.contains(address & ~kLineMask) &&
         region.contains(address | kLineMask);
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
