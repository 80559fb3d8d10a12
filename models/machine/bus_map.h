// Who answers which address: the windows of models/machine/machine.txt as an array, and the rule by
// which an access becomes accesses of devices. rtl/bus/wb_interconnect.sv follows the same rule.
//
// The rule: the bus is four byte lanes wide, so an access goes dword by dword, the lowest first. In
// a dword each window takes its own bytes, the window with the lowest address first, and all of its
// bytes in one access. Bytes in no window belong to plain memory in memory space; in I/O space they
// read all ones and are dropped when written.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/wishbone_wires.h"

namespace strata {

/// Bytes first..last of a space belong to device number `device`, which knows them by their offset
/// in its own block, from `offset` on.
struct BusWindow {
  WishboneSpace space;
  std::uint32_t first;
  std::uint32_t last;  // inclusive
  std::uint32_t offset;
  unsigned device;  // STRATA_DEVICE_<NAME>

  bool contains(std::uint32_t address) const { return address >= first && address <= last; }
  /// The offset of `address`, which is in the window.
  std::uint32_t offset_of(std::uint32_t address) const { return address - first + offset; }
};

/// A slave of the interconnect, by number.
struct BusDevice {
  const char* name;
  int irq;  // its line of the 8259 pair, -1 for none
};

class BusMap {
 public:
  /// `windows` outlive the map, do not overlap, and are at most 255.
  explicit BusMap(std::span<const BusWindow> windows);

  /// The window a byte is in, or null. An I/O address is a port, 0 to FFFFh.
  const BusWindow* find(WishboneSpace space, std::uint32_t address) const {
    if (space == kIoSpace) {
      const std::uint8_t index = ports_[address & kLastPort];
      return index == kNobody ? nullptr : &windows_[index];
    }
    for (const BusWindow* window : memory_windows_) {
      if (window->contains(address)) return window;
    }
    return nullptr;
  }

  /// All windows.
  std::span<const BusWindow> windows() const { return windows_; }

  /// The windows of memory space, in ascending order.
  std::span<const BusWindow* const> memory_windows() const { return memory_windows_; }

  /// Cuts an access to `bytes` (1 to 4) bytes from `address` on into those the bus makes of it, and
  /// calls visit(window, address, bytes) for each in order; `window` is null for bytes in none. A
  /// device gets 1 to 4 bytes that lie in one dword. Behind port FFFFh comes port 0.
  template <typename Visit>
  void for_each_part(WishboneSpace space, std::uint32_t address, unsigned bytes,
                     Visit visit) const {
    const std::uint32_t mask = space == kIoSpace ? kLastPort : ~0u;
    for (unsigned done = 0; done < bytes;) {
      const std::uint32_t at = (address + done) & mask;
      const unsigned in_dword = std::min(bytes - done, 4 - at % 4);
      const BusWindow* window = find(space, at);
      unsigned part = 1;
      while (part < in_dword && find(space, at + part) == window) ++part;
      visit(window, at, part);
      done += part;
    }
  }

 private:
  static constexpr std::uint32_t kLastPort = 0xFFFF;
  static constexpr std::uint8_t kNobody = 0xFF;

  std::span<const BusWindow> windows_;
  std::vector<const BusWindow*> memory_windows_;
  std::vector<std::uint8_t> ports_;  // port -> index in windows_, or kNobody
};

/// The machine's own map, devices in slots included.
const BusMap& machine_bus_map();

/// The machine's devices, by STRATA_DEVICE_<NAME>; those in slots come last.
std::span<const BusDevice> machine_devices();

}  // namespace strata
