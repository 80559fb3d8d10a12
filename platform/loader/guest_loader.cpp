#include "platform/loader/guest_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "models/machine/bus_map.h"
#include "models/machine/memory_map.h"
#include "platform/loader/boot_rom.h"
#include "platform/loader/elf32.h"
#include "platform/loader/host_file.h"
#include "platform/loader/multiboot.h"

namespace strata {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kMaxBiosBytes = 256 << 10;
constexpr std::uint32_t kPage = 4096;

/// Addresses of memory space that are no RAM.
struct Window {
  AddressRange range;
  std::string name;
};

std::vector<Window> device_windows() {
  std::vector<Window> windows;
  for (const BusWindow* window : machine_bus_map().memory_windows()) {
    windows.push_back(
        {{window->first, window->last + std::uint64_t{1}},
         fmt::format("the memory of device {}", machine_devices()[window->device].name)});
  }
  return windows;
}

bool overlaps(const AddressRange& a, const AddressRange& b) {
  return a.begin < b.end && b.begin < a.end;
}

AddressRange range_of(const ElfSegment& segment) {
  return {segment.physical, std::uint64_t{segment.physical} + segment.memory_size};
}

std::string size_text(std::uint64_t bytes) {
  return bytes % (1 << 20) == 0 ? fmt::format("{} MiB", bytes >> 20)
                                : fmt::format("{} KiB", bytes >> 10);
}

/// Segments must lie in RAM, outside the windows cut out of it.
std::optional<Error> check_segments(const ElfFile& elf, const GuestRequest& request,
                                    std::uint64_t rom_bytes) {
  std::vector<Window> windows = device_windows();
  windows.push_back({{STRATA_ROM_LOW_END - rom_bytes, STRATA_ROM_LOW_END}, "the boot ROM"});
  for (const ElfSegment& segment : elf.segments) {
    const AddressRange range = range_of(segment);
    const std::uint64_t end = range.end;
    if (end > request.memory_bytes) {
      const std::string wanted =
          end > kMostMemoryBytes
              ? fmt::format("no machine has more than {}M; link it lower", kMostMemoryBytes >> 20)
              : fmt::format("give --mem {}M or more", (end + (1 << 20) - 1) >> 20);
      return Error{fmt::format("guest {}: needs memory up to {:#x} but --mem gives {}; {}",
                               request.guest, end, size_text(request.memory_bytes), wanted)};
    }
    for (const Window& window : windows) {
      if (!overlaps(range, window.range)) continue;
      return Error{
          fmt::format("guest {}: a segment at {:#x} to {:#x} overlaps {} at {:#x}; link it at "
                      "1 MiB or above",
                      request.guest, range.begin, end, window.name, window.range.begin)};
    }
  }
  return std::nullopt;
}

/// The entry point as a physical address: the ABI gives a virtual one.
std::optional<std::uint32_t> physical_entry(const ElfFile& elf) {
  for (const ElfSegment& segment : elf.segments) {
    const std::uint32_t offset = elf.entry - segment.virtual_address;
    if (elf.entry >= segment.virtual_address && offset < segment.memory_size) {
      return segment.physical + offset;
    }
  }
  return std::nullopt;
}

/// The highest page of conventional memory no segment and no device uses, below the page of port
/// ABBA (models/pv/pv_page.h).
std::optional<std::uint32_t> find_info_page(const ElfFile& elf) {
  const std::vector<Window> windows = device_windows();
  for (std::uint32_t page = STRATA_PV_PAGE - kPage; page >= 0x10000; page -= kPage) {
    const AddressRange bytes{page, page + kPage};
    const bool used =
        std::ranges::any_of(elf.segments,
                            [&](const auto& s) { return overlaps(range_of(s), bytes); }) ||
        std::ranges::any_of(windows, [&](const auto& w) { return overlaps(w.range, bytes); });
    if (!used) return page;
  }
  return std::nullopt;
}

/// What of 0 to `info` and from 1 MiB to the end of memory no device has, in ascending order: of
/// conventional memory a guest may have what lies below its information page.
std::vector<AddressRange> usable_ram(std::uint64_t info, std::uint64_t memory_bytes) {
  std::vector<AddressRange> runs;
  for (AddressRange rest :
       {AddressRange{0, info}, AddressRange{STRATA_ROM_LOW_END, memory_bytes}}) {
    for (const Window& window : device_windows()) {  // in ascending order, too
      if (!overlaps(rest, window.range)) continue;
      if (rest.begin < window.range.begin) runs.push_back({rest.begin, window.range.begin});
      rest.begin = std::min(window.range.end, rest.end);
    }
    if (rest.begin < rest.end) runs.push_back(rest);
  }
  return runs;
}

/// Segments that lie on top of each other may need more than the memory each of them fits in.
std::optional<Error> check_total(const ElfFile& elf, const GuestRequest& request) {
  std::uint64_t total = 0;
  for (const ElfSegment& segment : elf.segments) total += segment.memory_size;
  if (total <= request.memory_bytes) return std::nullopt;
  return Error{
      fmt::format("guest {}: its segments have {} bytes together but --mem gives {}; link "
                  "it without overlaps",
                  request.guest, total, size_text(request.memory_bytes))};
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

std::optional<Error> add_elf(const HostFile& file, const GuestRequest& request, GuestImage& image) {
  auto elf = parse_elf32(file, request.guest, request.memory_bytes);
  if (!elf) return elf.failure();
  const auto head = file.read(0, std::min(file.size(), kMultibootSearchBytes));
  if (!head) return head.failure();
  if (auto error = check_multiboot_header(head.value(), request.guest)) return error;
  const std::uint64_t rom_bytes = image.rom.empty() ? STRATA_ROM_SIZE : image.rom.size();
  if (auto error = check_segments(*elf, request, rom_bytes)) return error;
  if (auto error = check_total(*elf, request)) return error;
  const auto entry = physical_entry(*elf);
  if (!entry) {
    return Error{
        fmt::format("guest {}: entry point {:#x} lies in no segment; link it with an entry "
                    "symbol (ld -e)",
                    request.guest, elf->entry)};
  }
  const auto info = find_info_page(*elf);
  if (!info) {
    return Error{
        fmt::format("guest {}: leaves no page below 640 KiB for the multiboot information; "
                    "link it at 1 MiB or above",
                    request.guest)};
  }
  if (auto error = load_segments(file, *elf, image)) return error;
  image.memory.push_back(
      build_multiboot_info(*info, usable_ram(*info, request.memory_bytes), request.append));
  image.symbols = std::move(elf->symbols);
  image.entry = *entry;
  if (image.rom.empty()) image.rom = boot_rom_for_multiboot(*entry, *info);
  return std::nullopt;
}

std::optional<Error> add_boot_sector(const HostFile& file, const std::vector<std::uint8_t>& sector,
                                     const GuestRequest& request, GuestImage& image) {
  const std::uint64_t file_size = file.size();
  if (file_size < kSector) {
    return Error{
        fmt::format("guest {}: {} bytes is neither an ELF file nor a boot sector; a boot "
                    "sector has 512 bytes and ends with 55 AA",
                    request.guest, file_size)};
  }
  if (sector[510] != 0x55 || sector[511] != 0xAA) {
    return Error{
        fmt::format("guest {}: neither an ELF file nor a boot sector: its first sector does "
                    "not end with 55 AA",
                    request.guest)};
  }
  if (file_size % kSector != 0) {
    return Error{
        fmt::format("guest {}: {} bytes is not a whole number of 512-byte sectors; pad it "
                    "to {} bytes",
                    request.guest, file_size, (file_size / kSector + 1) * kSector)};
  }
  if (!request.append.empty()) {
    return Error{
        fmt::format("--append: guest {} is a boot sector and takes no command line; use it "
                    "with a multiboot ELF guest",
                    request.guest)};
  }
  image.is_disk_image = file_size > kSector;
  if (image.is_disk_image && (file.is_piped() || request.guest == "-")) {
    return Error{
        fmt::format("guest {}: a disk image, which the guest writes to, needs a name; give it as "
                    "a file",
                    request.guest)};
  }
  image.memory.push_back({STRATA_BOOT_SECTOR_BASE, sector});
  image.entry = STRATA_BOOT_SECTOR_BASE;
  if (image.rom.empty()) image.rom = boot_rom_for_boot_sector();
  return std::nullopt;
}

/// Pads in front, so that the last byte still is the last byte below 1 MiB and 4 GiB.
std::optional<Error> add_bios(const std::string& name, GuestImage& image) {
  auto file = HostFile::open(name, "--bios", kMaxBiosBytes);
  if (!file) return file.failure();
  const std::uint64_t size = file->size();
  if (size == 0 || size % 16 != 0 || size > kMaxBiosBytes) {
    return Error{
        fmt::format("--bios {}: {} bytes; a BIOS image has a multiple of 16 bytes, at most "
                    "256 KiB",
                    name, size)};
  }
  auto bytes = file->read(0, size);
  if (!bytes) return bytes.failure();
  image.piped_bios = file->piped();
  const std::uint64_t padding = (kPage - size % kPage) % kPage;
  image.rom.assign(padding, 0xFF);
  image.rom.insert(image.rom.end(), bytes->begin(), bytes->end());
  return std::nullopt;
}

std::optional<Error> add_guest(const HostFile& file, const GuestRequest& request,
                               GuestImage& image) {
  image.piped = file.piped();
  const auto head = file.read(0, std::min(file.size(), kSector));
  if (!head) return head.failure();
  if (looks_like_elf(head.value())) return add_elf(file, request, image);
  return add_boot_sector(file, head.value(), request, image);
}

}  // namespace

Result<GuestImage> load_guest(const GuestRequest& request) {
  GuestImage image;
  image.name = request.guest.empty() ? request.bios : request.guest;
  if (image.name.empty()) {
    return Error{
        "no guest given; name an ELF file, a boot sector or a disk image, or use --bios FILE"};
  }
  if (request.append.size() > kMaxCommandLine) {
    return Error{
        fmt::format("--append: {} bytes; at most {} fit", request.append.size(), kMaxCommandLine)};
  }
  // Opened first, because the BIOS may come through a pipe and take its time; read last, because
  // where the guest may lie depends on the BIOS.
  std::optional<HostFile> guest;
  if (!request.guest.empty()) {
    auto file = HostFile::open(request.guest, "guest", request.memory_bytes);
    if (!file) return file.failure();
    guest.emplace(std::move(*file));
  }
  if (!request.bios.empty()) {
    if (auto error = add_bios(request.bios, image)) return *error;
  }
  if (guest) {
    if (auto error = add_guest(*guest, request, image)) return *error;
  }
  return image;
}

}  // namespace strata
