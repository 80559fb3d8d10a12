#include "models/memory/memory_map.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace strata {
namespace {

constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;

std::uint32_t last_of(const RomImage& rom) {
  return static_cast<std::uint32_t>(rom.base + rom.size - 1);
}

}  // namespace

MemoryMap::MemoryMap(std::uint8_t* ram, std::uint64_t ram_bytes, std::vector<RomImage> roms)
    : ram_(ram), ram_bytes_(ram_bytes), roms_(std::move(roms)) {
  assert(ram_bytes % 4 == 0 && ram_bytes <= kFourGiB);
  std::erase_if(roms_, [](const RomImage& rom) { return rom.size == 0; });
  for ([[maybe_unused]] const RomImage& rom : roms_) {
    assert(rom.base % 4 == 0 && rom.size % 4 == 0 && rom.base + rom.size <= kFourGiB);
  }
}

MemoryMap::Region MemoryMap::find(std::uint32_t address) const {
  for (const RomImage& rom : roms_) {
    if (address >= rom.base && address <= last_of(rom)) {
      return {rom.base, last_of(rom), rom.host, nullptr};
    }
  }
  const bool in_ram = address < ram_bytes_;
  Region region;
  region.first = in_ram ? 0 : static_cast<std::uint32_t>(ram_bytes_);
  region.last = static_cast<std::uint32_t>((in_ram ? ram_bytes_ : kFourGiB) - 1);
  for (const RomImage& rom : roms_) {
    if (rom.base > address) region.last = std::min(region.last, rom.base - 1);
    if (last_of(rom) < address) region.first = std::max(region.first, last_of(rom) + 1);
  }
  if (in_ram) region.bytes = region.writable = ram_ + region.first;
  return region;
}

bool MemoryMap::read(std::uint32_t address, std::uint8_t* data, std::uint64_t size) const {
  bool mapped = false;
  while (size > 0) {
    const Region region = find(address);
    const std::uint64_t part = std::min<std::uint64_t>(size, region.last - address + 1ull);
    if (region.bytes) {
      std::memcpy(data, region.bytes + (address - region.first), part);
      mapped = true;
    } else {
      std::memset(data, 0xFF, part);
    }
    address += static_cast<std::uint32_t>(part);
    data += part;
    size -= part;
  }
  return mapped;
}

bool MemoryMap::write(std::uint32_t address, const std::uint8_t* data, std::uint64_t size) const {
  bool mapped = false;
  while (size > 0) {
    const Region region = find(address);
    const std::uint64_t part = std::min<std::uint64_t>(size, region.last - address + 1ull);
    if (region.writable) std::memcpy(region.writable + (address - region.first), data, part);
    mapped |= region.bytes != nullptr;
    address += static_cast<std::uint32_t>(part);
    data += part;
    size -= part;
  }
  return mapped;
}

}  // namespace strata
