#include "platform/loader/elf_placement.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/machine/memory_map.h"
#include "platform/loader/guest_loader.h"

namespace strata {
namespace {

AddressRange range_of(const ElfSegment& segment) {
  return {segment.physical, std::uint64_t{segment.physical} + segment.memory_size};
}

std::optional<Error> check_segment(const AddressRange& range, const std::vector<Window>& windows,
                                   const std::string& name, std::uint64_t memory_bytes) {
  if (range.end > memory_bytes) {
    const std::string lower = range.end > kMostMemoryBytes ? "; link it lower" : "";
    return Error{fmt::format("guest {}: needs memory up to {:#x} but --mem gives {}; {}{}", name,
                             range.end, size_text(memory_bytes), memory_advice(range.end), lower)};
  }
  for (const Window& window : windows) {
    if (!overlaps(range, window.range)) continue;
    return Error{
        fmt::format("guest {}: a segment at {:#x} to {:#x} overlaps {} at {:#x}; link it at "
                    "1 MiB or above",
                    name, range.begin, range.end, window.name, window.range.begin)};
  }
  return std::nullopt;
}

/// Segments that lie on top of each other may need more than the memory each of them fits in.
std::optional<Error> check_total(const ElfFile& elf, const std::string& name,
                                 std::uint64_t memory_bytes) {
  std::uint64_t total = 0;
  for (const ElfSegment& segment : elf.segments) total += segment.memory_size;
  if (total <= memory_bytes) return std::nullopt;
  return Error{
      fmt::format("guest {}: its segments have {} bytes together but --mem gives {}; link "
                  "it without overlaps",
                  name, total, size_text(memory_bytes))};
}

}  // namespace

std::vector<AddressRange> ranges_of(const ElfFile& elf) {
  std::vector<AddressRange> ranges(elf.segments.size());
  std::ranges::transform(elf.segments, ranges.begin(), range_of);
  return ranges;
}

std::optional<Error> check_segments(const ElfFile& elf, const std::string& name,
                                    std::uint64_t memory_bytes, std::uint64_t rom_bytes) {
  std::vector<Window> windows = device_windows();
  windows.push_back({{STRATA_ROM_LOW_END - rom_bytes, STRATA_ROM_LOW_END}, "the boot ROM"});
  for (const AddressRange& range : ranges_of(elf)) {
    if (auto error = check_segment(range, windows, name, memory_bytes)) return error;
  }
  return check_total(elf, name, memory_bytes);
}

std::optional<std::uint32_t> physical_entry(const ElfFile& elf) {
  for (const ElfSegment& segment : elf.segments) {
    const std::uint32_t offset = elf.entry - segment.virtual_address;
    if (elf.entry >= segment.virtual_address && offset < segment.memory_size) {
      return segment.physical + offset;
    }
  }
  return std::nullopt;
}

std::optional<Error> load_segments(const HostFile& file, const ElfFile& elf, GuestImage& image) {
  for (const ElfSegment& segment : elf.segments) {
    auto bytes = file.read(segment.file_offset, segment.file_size);
    if (!bytes) return bytes.failure();
    MemoryBlock block{segment.physical, std::move(*bytes)};
    block.bytes.resize(segment.memory_size);
    image.memory.push_back(std::move(block));
  }
  return std::nullopt;
}

}  // namespace strata
