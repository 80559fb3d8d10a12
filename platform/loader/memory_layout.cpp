#include "platform/loader/memory_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/machine/bus_map.h"
#include "models/machine/memory_map.h"
#include "platform/loader/guest_loader.h"

namespace strata {

bool overlaps(const AddressRange& a, const AddressRange& b) {
  return a.begin < b.end && b.begin < a.end;
}

std::vector<Window> device_windows() {
  std::vector<Window> windows;
  for (const BusWindow* window : machine_bus_map().memory_windows()) {
    windows.push_back(
        {{window->first, window->last + std::uint64_t{1}},
         fmt::format("the memory of device {}", machine_devices()[window->device].name)});
  }
  return windows;
}

std::vector<AddressRange> usable_ram(std::uint64_t low_end, std::uint64_t memory_bytes) {
  std::vector<AddressRange> runs;
  for (AddressRange rest :
       {AddressRange{0, low_end}, AddressRange{STRATA_ROM_LOW_END, memory_bytes}}) {
    for (const Window& window : device_windows()) {  // in ascending order, too
      if (!overlaps(rest, window.range)) continue;
      if (rest.begin < window.range.begin) runs.push_back({rest.begin, window.range.begin});
      rest.begin = std::min(window.range.end, rest.end);
    }
    if (rest.begin < rest.end) runs.push_back(rest);
  }
  return runs;
}

std::optional<std::uint32_t> find_low_pages(std::uint32_t pages,
                                            std::span<const AddressRange> taken) {
  const std::vector<Window> windows = device_windows();
  for (std::uint32_t page = STRATA_PV_PAGE - pages * kPage; page >= 0x10000; page -= kPage) {
    const AddressRange bytes{page, page + pages * kPage};
    const bool used =
        std::ranges::any_of(taken, [&](const auto& range) { return overlaps(range, bytes); }) ||
        std::ranges::any_of(windows, [&](const auto& w) { return overlaps(w.range, bytes); });
    if (!used) return page;
  }
  return std::nullopt;
}

std::uint64_t page_up(std::uint64_t address) {
  return (address + kPage - 1) / kPage * kPage;
}

std::string size_text(std::uint64_t bytes) {
  return bytes % (1 << 20) == 0 ? fmt::format("{} MiB", bytes >> 20)
                                : fmt::format("{} KiB", bytes >> 10);
}

std::string memory_advice(std::uint64_t end) {
  return end > kMostMemoryBytes
             ? fmt::format("no machine has more than {}M", kMostMemoryBytes >> 20)
             : fmt::format("give --mem {}M or more", (end + (1 << 20) - 1) >> 20);
}

}  // namespace strata
