// Physical memory of a machine at power-on: RAM with the guest in it, the ROM, and the map of both
// that memory models and engines are built from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/engine/engine.h"
#include "models/memory/memory_map.h"
#include "platform/host_memory.h"
#include "platform/machine_config.h"

namespace strata {

/// Whether nobody answers in `bytes` from `address` on in a machine with so much RAM: no memory, no
/// ROM however large, no device.
bool is_unclaimed(std::uint64_t address, std::uint64_t bytes, std::uint64_t ram_bytes);

class MachineMemory {
 public:
  /// Fills RAM (seed, guest) and ROM as `config` says.
  explicit MachineMemory(const MachineConfig& config);

  /// Fills RAM as the constructor did; `config` is the same. ROM never changes.
  void power_on(const MachineConfig& config);

  std::span<std::uint8_t> ram() { return ram_.span(); }

  /// For memory models: RAM with the ROM's two windows over it.
  MemoryMap map();

  /// For engines: the same as direct regions, without the VGA text window, which is `vga_text` (32
  /// KiB, page aligned) as a region, or no region at all when null.
  std::vector<MemoryRegion> regions(std::uint8_t* vga_text, bool vga_writable);

 private:
  void fill(const MachineConfig& config);

  HostMemory ram_;
  HostMemory rom_;
};

}  // namespace strata
