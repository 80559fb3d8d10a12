#include "platform/loader/guest_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "models/machine/memory_map.h"
#include "platform/loader/boot_rom.h"
#include "platform/loader/elf32.h"
#include "platform/loader/elf_placement.h"
#include "platform/loader/host_file.h"
#include "platform/loader/linux_kernel.h"
#include "platform/loader/memory_layout.h"
#include "platform/loader/multiboot.h"
#include "platform/loader/multiboot_modules.h"

namespace strata {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kMaxBiosBytes = 256 << 10;

std::optional<Error> add_elf(const HostFile& file, const GuestRequest& request, GuestImage& image) {
  auto elf = parse_elf32(file, request.guest, request.memory_bytes);
  if (!elf) return elf.failure();
  const auto head = file.read(0, std::min(file.size(), kMultibootSearchBytes));
  if (!head) return head.failure();
  if (auto error = check_multiboot_header(head.value(), request.guest)) return error;
  const std::uint64_t rom_bytes = image.rom.empty() ? STRATA_ROM_SIZE : image.rom.size();
  if (auto error = check_segments(*elf, request.guest, request.memory_bytes, rom_bytes)) {
    return error;
  }
  const auto entry = physical_entry(*elf);
  if (!entry) {
    return Error{
        fmt::format("guest {}: entry point {:#x} lies in no segment; link it with an entry "
                    "symbol (ld -e)",
                    request.guest, elf->entry)};
  }
  const std::vector<AddressRange> segments = ranges_of(*elf);
  const auto info = find_low_pages(1, segments);
  if (!info) {
    return Error{
        fmt::format("guest {}: leaves no page below 640 KiB for the multiboot information; "
                    "link it at 1 MiB or above",
                    request.guest)};
  }
  if (auto error = load_segments(file, *elf, image)) return error;
  ModuleList list;
  if (!request.modules.empty()) {
    const auto added = add_modules(request.modules, segments, request.memory_bytes, image);
    if (!added) return added.failure();
    list = added.value();
  }
  // Of conventional memory a guest may have what lies below its information page.
  image.memory.push_back(
      build_multiboot_info(*info, usable_ram(*info, request.memory_bytes), request.append, list));
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
  if (!request.modules.empty()) {
    return Error{fmt::format(
        "--module: guest {} is a boot sector and takes none; use it with a multiboot ELF guest",
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
  if (!request.kernel.empty()) {
    image.name = request.kernel;
    const LinuxRequest start{request.kernel, request.initrd, request.append, request.memory_bytes};
    if (auto error = add_linux(start, image)) return *error;
    return image;
  }
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
