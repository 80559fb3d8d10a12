#include "models/engine/linear_bytes.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "models/isa/mmu.h"

namespace strata {
namespace {

/// The region an address lies in; null where there is none.
const MemoryRegion* region_at(std::span<const MemoryRegion> regions, std::uint32_t physical) {
  const auto found = std::ranges::find_if(regions, [physical](const MemoryRegion& region) {
    return physical >= region.base && physical - region.base < region.size;
  });
  return found == regions.end() ? nullptr : &*found;
}

/// A page table entry; not present where there is no plain memory.
std::uint32_t entry(const PlainMemory& plain, std::uint32_t physical) {
  const auto memory = plain(physical);
  std::uint32_t value = 0;
  if (memory.size() >= sizeof value) {
    std::memcpy(&value, memory.data(), sizeof value);
  }
  return value;
}

/// SDM vol. 3, figures 4-2 and 4-3; access rights are not looked at.
std::optional<std::uint32_t> translate(const PlainMemory& plain, const CpuState& state,
                                       std::uint32_t linear) {
  if ((state.cr0 & cr0::kPg) == 0) {
    return linear;
  }
  const std::uint32_t directory = entry(plain, (state.cr3 & pte::kFrame) | (linear >> 20 & 0xFFC));
  if ((directory & pte::kPresent) == 0) {
    return std::nullopt;
  }
  if ((state.cr4 & cr4::kPse) != 0 && (directory & pte::kLarge) != 0) {
    return (directory & pte::kLargeFrame) | (linear & ~pte::kLargeFrame);
  }
  const std::uint32_t table = entry(plain, (directory & pte::kFrame) | (linear >> 10 & 0xFFC));
  if ((table & pte::kPresent) == 0) {
    return std::nullopt;
  }
  return (table & pte::kFrame) | (linear & ~pte::kFrame);
}

}  // namespace

std::size_t read_linear_bytes(const PlainMemory& plain, const CpuState& state, std::uint32_t linear,
                              std::span<std::uint8_t> bytes) {
  constexpr std::size_t kPageBytes = 4096;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto physical = translate(plain, state, linear);
    const auto memory = physical ? plain(*physical) : std::span<const std::uint8_t>();
    const std::size_t in_page = kPageBytes - linear % kPageBytes;
    const std::size_t count = std::min({bytes.size() - done, in_page, memory.size()});
    if (count == 0) {
      break;
    }
    std::copy_n(memory.begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
    linear += static_cast<std::uint32_t>(count);
  }
  return done;
}

std::size_t write_linear_bytes(std::span<const MemoryRegion> regions, const CpuState& state,
                               std::uint32_t linear, std::span<const std::uint8_t> bytes) {
  std::size_t done = 0;
  for (; done < bytes.size(); ++done, ++linear) {
    const auto physical = translate(plain_memory(regions), state, linear);
    const MemoryRegion* region = physical ? region_at(regions, *physical) : nullptr;
    if (region == nullptr || !region->writable) break;
    region->host[*physical - region->base] = bytes[done];
  }
  return done;
}

PlainMemory plain_memory(std::span<const MemoryRegion> regions) {
  return [regions](std::uint32_t physical) -> std::span<const std::uint8_t> {
    const MemoryRegion* region = region_at(regions, physical);
    if (region == nullptr) return {};
    const std::uint64_t offset = physical - region->base;
    return {region->host + offset, static_cast<std::size_t>(region->size - offset)};
  };
}

}  // namespace strata
