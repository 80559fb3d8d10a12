#include "platform/loader/multiboot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "platform/loader/load32.h"

namespace strata {
namespace {

constexpr std::uint32_t kHeaderMagic = 0x1BADB002;
// Header flags 0 to 15 are requirements the loader must know (3.1.2): 0 modules aligned to pages, 1
// memory information, 2 video mode (advice only; we stay in text mode).
constexpr std::uint32_t kRequiredFlags = 0xFFFF;
constexpr std::uint32_t kKnownFlags = 0x7;

// Information structure (3.3): offsets and flag bits of the fields we fill.
constexpr std::uint32_t kInfoMemory = 1u << 0;
constexpr std::uint32_t kInfoCommandLine = 1u << 2;
constexpr std::uint32_t kInfoModules = 1u << 3;
constexpr std::uint32_t kInfoMemoryMap = 1u << 6;
constexpr std::uint32_t kInfoLoaderName = 1u << 9;
constexpr std::size_t kOffsetMemLower = 4;
constexpr std::size_t kOffsetMemUpper = 8;
constexpr std::size_t kOffsetCommandLine = 16;
constexpr std::size_t kOffsetModuleCount = 20;
constexpr std::size_t kOffsetModules = 24;
constexpr std::size_t kOffsetMapLength = 44;
constexpr std::size_t kOffsetMapAddress = 48;
constexpr std::size_t kOffsetLoaderName = 64;

// Where things lie in the page.
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kLoaderNameAt = 0x180;
constexpr std::size_t kCommandLineAt = 0x200;
constexpr std::size_t kMapAt = 0xA10;
constexpr std::size_t kMapEntryBytes = 24;
constexpr std::size_t kMostMapEntries = 60;
static_assert(kCommandLineAt + kMaxCommandLine + 1 <= kMapAt);
static_assert(kMapAt + kMostMapEntries * kMapEntryBytes <= kPageBytes);

constexpr std::uint64_t kOneMiB = 1u << 20;

class Page {
 public:
  explicit Page(std::uint32_t address) : block_{address, std::vector<std::uint8_t>(kPageBytes)} {}

  void put32(std::size_t offset, std::uint64_t value) {
    const auto low = static_cast<std::uint32_t>(value);
    std::memcpy(&block_.bytes[offset], &low, sizeof low);
  }
  void put_string(std::size_t offset, const std::string& text) {
    std::copy(text.begin(), text.end(), block_.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  /// One memory map entry of usable RAM: its own size without the size field, base, length, type 1.
  void put_ram(std::size_t offset, const AddressRange& run) {
    const std::uint64_t length = run.end - run.begin;
    put32(offset, kMapEntryBytes - 4);
    put32(offset + 4, run.begin);
    put32(offset + 8, run.begin >> 32);
    put32(offset + 12, length);
    put32(offset + 16, length >> 32);
    put32(offset + 20, 1);
  }
  MemoryBlock take() { return std::move(block_); }

 private:
  MemoryBlock block_;
};

/// KiB of the run that begins at `begin`; 0 when a hole is there.
std::uint64_t kib_at(std::span<const AddressRange> ram, std::uint64_t begin) {
  const auto run = std::ranges::find(ram, begin, &AddressRange::begin);
  return run == ram.end() ? 0 : (run->end - run->begin) / 1024;
}

}  // namespace

std::optional<Error> check_multiboot_header(std::span<const std::uint8_t> file,
                                            const std::string& name) {
  const std::size_t end = std::min<std::size_t>(file.size(), kMultibootSearchBytes);
  for (std::size_t at = 0; at + 12 <= end; at += 4) {
    if (load32(&file[at]) != kHeaderMagic) continue;
    const std::uint32_t flags = load32(&file[at + 4]);
    // Magic, flags and checksum add up to zero; anything else is data that looks like the magic.
    if (kHeaderMagic + flags + load32(&file[at + 8]) != 0) continue;
    if (const std::uint32_t unknown = flags & kRequiredFlags & ~kKnownFlags) {
      return Error{
          fmt::format("guest {}: its multiboot header requires flags {:#x} this loader does "
                      "not know; only bits 0 to 2 are served",
                      name, unknown)};
    }
    return std::nullopt;
  }
  return Error{
      fmt::format("guest {}: no multiboot header in its first 8 KiB; a multiboot (version 1) "
                  "ELF file is needed",
                  name)};
}

MemoryBlock build_multiboot_info(std::uint32_t address, std::span<const AddressRange> ram,
                                 const std::string& command_line, const ModuleList& modules) {
  assert(command_line.size() <= kMaxCommandLine);
  Page page(address);
  const std::uint32_t with_modules = modules.count == 0 ? 0 : kInfoModules;
  page.put32(0, kInfoMemory | kInfoCommandLine | with_modules | kInfoMemoryMap | kInfoLoaderName);
  page.put32(kOffsetMemLower, kib_at(ram, 0));
  page.put32(kOffsetMemUpper, kib_at(ram, kOneMiB));
  page.put32(kOffsetCommandLine, address + kCommandLineAt);
  page.put_string(kCommandLineAt, command_line);
  page.put32(kOffsetModuleCount, modules.count);
  page.put32(kOffsetModules, modules.address);
  page.put32(kOffsetLoaderName, address + kLoaderNameAt);
  page.put_string(kLoaderNameAt, "strata86");

  page.put32(kOffsetMapAddress, address + kMapAt);
  std::size_t length = 0;
  for (const AddressRange& run : ram.first(std::min(ram.size(), kMostMapEntries))) {
    page.put_ram(kMapAt + length, run);
    length += kMapEntryBytes;
  }
  page.put32(kOffsetMapLength, length);
  return page.take();
}

}  // namespace strata
