#include "platform/machine_memory.h"

#include <algorithm>

#include "models/machine/bus_map.h"
#include "models/machine/memory_map.h"
#include "platform/power_on.h"

namespace strata {
namespace {

constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;

constexpr std::uint64_t kMostRomBytes = 256 << 10;

}  // namespace

bool is_unclaimed(std::uint64_t address, std::uint64_t bytes, std::uint64_t ram_bytes) {
  const std::uint64_t end = kFourGiB - kMostRomBytes;
  if (address < ram_bytes || address > end || bytes > end - address) return false;
  return std::ranges::none_of(machine_bus_map().memory_windows(), [&](const BusWindow* window) {
    return address <= window->last && window->first < address + bytes;
  });
}

MachineMemory::MachineMemory(const MachineConfig& config)
    : ram_(config.memory_bytes, config.memory_mapping),
      rom_(config.guest->rom.size(), config.memory_mapping) {
  fill(config);
  std::copy(config.guest->rom.begin(), config.guest->rom.end(), rom_.data());
}

void MachineMemory::power_on(const MachineConfig& config) {
  ram_.clear();
  fill(config);
}

void MachineMemory::fill(const MachineConfig& config) {
  fill_ram(ram_.span(), config.seed);
  place_pv_page(ram_.span());
  place_guest(ram_.span(), *config.guest);
}

MemoryMap MachineMemory::map() {
  const std::uint64_t size = rom_.size();
  return MemoryMap(ram_.data(), ram_.size(),
                   {{static_cast<std::uint32_t>(STRATA_ROM_LOW_END - size), size, rom_.data()},
                    {static_cast<std::uint32_t>(kFourGiB - size), size, rom_.data()}});
}

std::vector<MemoryRegion> MachineMemory::regions(std::uint8_t* vga_text, bool vga_writable) {
  const std::uint64_t rom_size = rom_.size();
  const auto low_rom = static_cast<std::uint32_t>(STRATA_ROM_LOW_END - rom_size);
  const auto high_rom = static_cast<std::uint32_t>(kFourGiB - rom_size);
  std::vector<MemoryRegion> regions;
  // All that is RAM from `begin` to `end`: what lies between the windows of devices.
  const auto add_ram = [&](std::uint64_t begin, std::uint64_t end) {
    const auto add = [&](std::uint64_t until) {
      if (begin >= until) return;
      regions.push_back(
          {static_cast<std::uint32_t>(begin), until - begin, ram_.data() + begin, true});
    };
    for (const BusWindow* window : machine_bus_map().memory_windows()) {
      if (window->last < begin || window->first >= end) continue;
      add(window->first);
      begin = window->last + std::uint64_t{1};
    }
    add(end);
  };
  if (vga_text) {
    regions.push_back({STRATA_VGA_TEXT_BASE, STRATA_VGA_TEXT_SIZE, vga_text, vga_writable});
  }
  add_ram(0, low_rom);
  regions.push_back({low_rom, rom_size, rom_.data(), false});
  add_ram(STRATA_ROM_LOW_END, ram_.size());
  regions.push_back({high_rom, rom_size, rom_.data(), false});
  return regions;
}

}  // namespace strata
