#include "models/machine/bus_map.h"

#include <cassert>

#include "models/machine/bus_table.h"

namespace strata {

BusMap::BusMap(std::span<const BusWindow> windows)
    : windows_(windows), ports_(kLastPort + 1, kNobody) {
  assert(windows.size() <= kNobody);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const BusWindow& window = windows[i];
    if (window.space == kMemorySpace) {
      memory_windows_.push_back(&window);
      continue;
    }
    std::fill(ports_.begin() + window.first, ports_.begin() + window.last + 1,
              static_cast<std::uint8_t>(i));
  }
  std::sort(memory_windows_.begin(), memory_windows_.end(),
            [](const BusWindow* a, const BusWindow* b) { return a->first < b->first; });
}

const BusMap& machine_bus_map() {
  static const BusMap map(kBusTable);
  return map;
}

std::span<const BusDevice> machine_devices() {
  return kBusDevices;
}

}  // namespace strata
