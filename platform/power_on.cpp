#include "platform/power_on.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "models/machine/memory_map.h"

namespace strata {
namespace {

/// SplitMix64: the next of a sequence any 64-bit state starts.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

}  // namespace

void fill_ram(std::span<std::uint8_t> ram, std::uint64_t seed) {
  if (seed == 0) return;
  std::uint64_t state = seed;
  for (std::size_t at = 0; at < ram.size(); at += sizeof state) {
    const std::uint64_t word = next_random(state);
    std::memcpy(&ram[at], &word, std::min(sizeof word, ram.size() - at));
  }
}

void place_pv_page(std::span<std::uint8_t> ram) {
  const std::uint32_t head[] = {STRATA_PV_MAGIC, STRATA_PV_VERSION, STRATA_PV_CALLS};
  const auto page = ram.subspan(STRATA_PV_PAGE, STRATA_PV_PAGE_BYTES);
  std::ranges::fill(page, std::uint8_t{0});
  std::memcpy(page.data(), head, sizeof head);
}

void place_guest(std::span<std::uint8_t> ram, const GuestImage& guest) {
  for (const MemoryBlock& block : guest.memory) {
    assert(block.address + std::uint64_t{block.bytes.size()} <= ram.size());
    std::copy(block.bytes.begin(), block.bytes.end(), ram.begin() + block.address);
  }
}

}  // namespace strata
