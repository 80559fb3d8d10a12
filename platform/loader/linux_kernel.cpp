#include "platform/loader/linux_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <vector>

#include "models/machine/memory_map.h"
#include "platform/loader/boot_rom.h"
#include "platform/loader/elf32.h"
#include "platform/loader/elf_placement.h"
#include "platform/loader/guest_loader.h"
#include "platform/loader/host_file.h"
#include "platform/loader/linux_parameters.h"
#include "platform/loader/memory_layout.h"
#include "platform/loader/multiboot.h"

namespace strata {
namespace {

using namespace linux_boot;

constexpr std::uint64_t kSetupSector = 512;
constexpr std::uint32_t kLoadAddress = 0x100000;
constexpr std::uint64_t kHeadBytes = 1024;           // of the file: the header lies in them
constexpr std::uint32_t kOldCommandMost = 255;       // before 2.06
constexpr std::uint32_t kOldSetupSectors = 4;        // where the header says 0
constexpr std::uint64_t kLowMemoryEnd = 896u << 20;  // what every kernel can reach without HIGHMEM

/// Little-endian bytes of fixed size that are zero where nothing was put.
class Parameters {
 public:
  Parameters() : bytes_(kPage) {}

  template <typename T>
  T get(std::size_t at) const {
    T value;
    assert(at + sizeof value <= bytes_.size());
    std::memcpy(&value, &bytes_[at], sizeof value);
    return value;
  }
  template <typename T>
  void put(std::size_t at, T value) {
    assert(at + sizeof value <= bytes_.size());
    std::memcpy(&bytes_[at], &value, sizeof value);
  }
  /// Of a protocol before `since`, 0.
  template <typename T>
  T field(std::size_t at, std::uint16_t since) const {
    return get<std::uint16_t>(kVersion) >= since ? get<T>(at) : T{0};
  }
  /// The setup header as it stands in `head`, the beginning of a bzImage.
  void take_header(const std::vector<std::uint8_t>& head) {
    const std::size_t length = head.size() > kHeaderLength ? head[kHeaderLength] : 0;
    const std::size_t end = std::min({kMagic + length, kHeaderEnd, head.size()});
    if (end > kHeader) std::copy(&head[kHeader], &head[end - 1] + 1, &bytes_[kHeader]);
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// A kernel that lies in memory: where it may be entered, and what is known of its wishes.
struct Kernel {
  Parameters parameters;
  std::uint32_t entry = 0;
  std::vector<AddressRange> taken;  // until it has read its memory map
  std::uint64_t command_most = kMaxCommandLine;
  std::uint64_t initrd_end = kLowMemoryEnd;  // nothing of it may lie from here on
};

Error kernel_error(const LinuxRequest& request, const std::string& what) {
  return Error{fmt::format("--kernel {}: {}", request.kernel, what)};
}

std::optional<Error> check_header(const Parameters& header, const LinuxRequest& request) {
  if (header.get<std::uint16_t>(kBootFlag) != kBootFlagValue ||
      header.get<std::uint32_t>(kMagic) != kMagicValue) {
    return kernel_error(request,
                        "neither a bzImage (no \"HdrS\" at 202h) nor an ELF file; name a Linux "
                        "kernel, bzImage or vmlinux");
  }
  const auto version = header.get<std::uint16_t>(kVersion);
  if (version < 0x0202) {
    return kernel_error(request, fmt::format("its boot protocol, {}.{:02}, is older than 2.02; use "
                                             "a later kernel",
                                             version >> 8, version & 0xFF));
  }
  if (!(header.get<std::uint8_t>(kLoadFlags) & kLoadedHigh)) {
    return kernel_error(request, "a zImage, for memory below 1 MiB; make a bzImage");
  }
  if (header.field<std::uint16_t>(kXLoadFlags, 0x020C) & kOf64Bits) {
    return kernel_error(request, "a 64-bit kernel; build one for i386 (make ARCH=i386)");
  }
  return std::nullopt;
}

/// Where its protected-mode part begins in the file; it goes to the file's end.
Result<std::uint64_t> kernel_offset(const Parameters& header, std::uint64_t file_bytes,
                                    const LinuxRequest& request) {
  const auto sectors = header.get<std::uint8_t>(kSetupSectors);
  const std::uint64_t offset = (1 + (sectors == 0 ? kOldSetupSectors : sectors)) * kSetupSector;
  // In paragraphs; the last one may be cut in old kernels.
  const std::uint64_t wanted = std::uint64_t{header.field<std::uint32_t>(kSysSize, 0x0204)} * 16;
  const std::uint64_t there = file_bytes > offset ? file_bytes - offset : 0;
  if (there == 0 || wanted > there + 15) {
    return kernel_error(
        request,
        fmt::format("cut off: {} bytes of it are kernel, its header says {}; copy it again", there,
                    std::max<std::uint64_t>(wanted, 1)));
  }
  return offset;
}

/// To the end of what the kernel needs before it has read its memory map.
AddressRange needed_by(const Parameters& header, std::uint64_t bytes) {
  const std::uint64_t loaded_end = kLoadAddress + bytes;
  const std::uint64_t alignment =
      std::max<std::uint64_t>(header.field<std::uint32_t>(kAlignment, 0x0205), 1);
  const std::uint64_t aligned = (kLoadAddress + alignment - 1) / alignment * alignment;
  // Beyond the memory of any machine it makes no difference how far.
  const std::uint64_t preferred =
      std::min(header.field<std::uint64_t>(kPreferred, 0x020A), kMostMemoryBytes);
  const std::uint64_t begin = std::max(aligned, preferred);
  const std::uint32_t init = header.field<std::uint32_t>(kInitBytes, 0x020A);
  return {kLoadAddress, std::max(loaded_end, init == 0 ? 0 : begin + init)};
}

Error needs_memory(const LinuxRequest& request, std::uint64_t end) {
  return kernel_error(request, fmt::format("needs memory up to {:#x} but --mem gives {}; {}", end,
                                           size_text(request.memory_bytes), memory_advice(end)));
}

Result<Kernel> load_bzimage(const HostFile& file, const std::vector<std::uint8_t>& head,
                            const LinuxRequest& request, GuestImage& image) {
  Kernel kernel;
  Parameters& header = kernel.parameters;
  header.take_header(head);
  if (auto error = check_header(header, request)) return *error;
  const auto offset = kernel_offset(header, file.size(), request);
  if (!offset) return offset.failure();
  const std::uint64_t bytes = file.size() - offset.value();
  const AddressRange needed = needed_by(header, bytes);
  const auto ram = usable_ram(0, request.memory_bytes);
  if (ram.empty() || ram.front().begin != kLoadAddress || needed.end > ram.front().end) {
    return needs_memory(request, needed.end);
  }
  auto code = file.read(offset.value(), bytes);
  if (!code) return code.failure();
  image.memory.push_back({kLoadAddress, std::move(*code)});
  kernel.entry = kLoadAddress;
  kernel.taken = {needed};
  const bool says_most = header.get<std::uint16_t>(kVersion) >= 0x0206;
  const std::uint64_t most = says_most ? header.get<std::uint32_t>(kCommandMost) : kOldCommandMost;
  kernel.command_most = std::min(kernel.command_most, most);
  if (header.get<std::uint16_t>(kVersion) >= 0x0203) {
    const std::uint64_t end = std::uint64_t{header.get<std::uint32_t>(kInitrdMost)} + 1;
    kernel.initrd_end = std::min(kernel.initrd_end, end);
  }
  // A list of more data, which is ours to give.
  header.put<std::uint64_t>(kSetupData, 0);
  return kernel;
}

/// Its entry is a physical address; of a kernel that was linked otherwise, a virtual one.
std::optional<std::uint32_t> entry_of(const ElfFile& elf) {
  const AddressRange entry{elf.entry, std::uint64_t{elf.entry} + 1};
  const auto holds = [&](const AddressRange& range) { return overlaps(range, entry); };
  return std::ranges::any_of(ranges_of(elf), holds) ? elf.entry : physical_entry(elf);
}

Result<Kernel> load_vmlinux(const HostFile& file, const LinuxRequest& request, GuestImage& image) {
  auto elf = parse_elf32(file, request.kernel, request.memory_bytes);
  if (!elf) return elf.failure();
  if (auto error = check_segments(*elf, request.kernel, request.memory_bytes,
                                  std::uint64_t{STRATA_ROM_SIZE})) {
    return *error;
  }
  const auto entry = entry_of(*elf);
  if (!entry) {
    return kernel_error(
        request, fmt::format("entry point {:#x} lies in no segment; link it again", elf->entry));
  }
  if (auto error = load_segments(file, *elf, image)) return *error;
  Kernel kernel;
  kernel.entry = *entry;
  kernel.taken = ranges_of(*elf);
  image.symbols = std::move(elf->symbols);
  // What a bzImage's header has said of the parameters.
  kernel.parameters.put(kBootFlag, kBootFlagValue);
  kernel.parameters.put(kMagic, kMagicValue);
  kernel.parameters.put<std::uint16_t>(kVersion, 0x020C);
  kernel.parameters.put(kLoadFlags, kLoadedHigh);
  return kernel;
}

Result<Kernel> load_kernel(const LinuxRequest& request, GuestImage& image) {
  const auto file = HostFile::open(request.kernel, "--kernel", request.memory_bytes);
  if (!file) return file.failure();
  image.pipe_beside_guest |= file.value().is_piped();
  const auto head = file.value().read(0, std::min(file.value().size(), kHeadBytes));
  if (!head) return head.failure();
  if (looks_like_elf(head.value())) return load_vmlinux(file.value(), request, image);
  return load_bzimage(file.value(), head.value(), request, image);
}

/// The highest place for `bytes` bytes, at a page, that the kernel has not taken.
std::optional<std::uint32_t> place_initrd(const Kernel& kernel, std::uint64_t bytes,
                                          const std::vector<AddressRange>& ram) {
  std::uint64_t low = kLoadAddress;
  for (const AddressRange& range : kernel.taken) low = std::max(low, range.end);
  for (auto run = ram.rbegin(); run != ram.rend(); ++run) {
    const std::uint64_t end = std::min(run->end, kernel.initrd_end);
    if (end < bytes) continue;
    const std::uint64_t begin = (end - bytes) / kPage * kPage;
    if (begin >= std::max(run->begin, low)) return static_cast<std::uint32_t>(begin);
  }
  return std::nullopt;
}

std::optional<Error> add_initrd(const LinuxRequest& request, Kernel& kernel, GuestImage& image) {
  const auto file = HostFile::open(request.initrd, "--initrd", request.memory_bytes);
  if (!file) return file.failure();
  image.pipe_beside_guest |= file.value().is_piped();
  const std::uint64_t bytes = file.value().size();
  if (bytes == 0) return Error{fmt::format("--initrd {}: is empty", request.initrd)};
  const auto place = place_initrd(kernel, bytes, usable_ram(0, request.memory_bytes));
  if (!place) {
    return Error{
        fmt::format("--initrd {}: {} bytes do not fit behind the kernel, below {:#x}; give "
                    "more --mem or a smaller one",
                    request.initrd, bytes, std::min(request.memory_bytes, kernel.initrd_end))};
  }
  auto content = file.value().read(0, bytes);
  if (!content) return content.failure();
  image.memory.push_back({*place, std::move(*content)});
  kernel.parameters.put<std::uint32_t>(kInitrd, *place);
  kernel.parameters.put<std::uint32_t>(kInitrdBytes, static_cast<std::uint32_t>(bytes));
  return std::nullopt;
}

void put_map(Parameters& parameters, std::uint64_t memory_bytes) {
  std::uint8_t count = 0;
  const auto add = [&](const AddressRange& range, std::uint32_t type) {
    if (count == kMostMapEntries) return;
    const std::size_t at = kMap + count++ * kMapEntryBytes;
    parameters.put<std::uint64_t>(at, range.begin);
    parameters.put<std::uint64_t>(at + 8, range.end - range.begin);
    parameters.put<std::uint32_t>(at + 16, type);
  };
  add({STRATA_PV_PAGE, STRATA_PV_PAGE + STRATA_PV_PAGE_BYTES}, kMapReserved);
  add({STRATA_ROM_LOW_END - STRATA_ROM_SIZE, STRATA_ROM_LOW_END}, kMapReserved);
  for (const AddressRange& run : usable_ram(STRATA_PV_PAGE, memory_bytes)) add(run, kMapRam);
  parameters.put(kMapEntries, count);
}

/// The text mode every machine begins with.
void put_screen(Parameters& parameters) {
  parameters.put<std::uint8_t>(kVideoMode, 3);
  parameters.put<std::uint8_t>(kVideoColumns, 80);
  parameters.put<std::uint8_t>(kVideoLines, 25);
  parameters.put<std::uint8_t>(kVideoIsVga, 1);
  parameters.put<std::uint16_t>(kVideoPoints, 16);
}

}  // namespace

std::optional<Error> add_linux(const LinuxRequest& request, GuestImage& image) {
  auto kernel = load_kernel(request, image);
  if (!kernel) return kernel.failure();
  if (request.append.size() > kernel->command_most) {
    return Error{fmt::format("--append: {} bytes; kernel {} takes at most {}",
                             request.append.size(), request.kernel, kernel->command_most)};
  }
  // One page for the parameters, one for the command line.
  const auto pages = find_low_pages(2, kernel->taken);
  if (!pages) {
    return kernel_error(request, "leaves no two pages below 640 KiB for its parameters");
  }
  if (!request.initrd.empty()) {
    if (auto error = add_initrd(request, *kernel, image)) return error;
  }
  Parameters& parameters = kernel->parameters;
  parameters.put(kLoader, kUnknownLoader);
  parameters.put<std::uint32_t>(kCommandLine, *pages + kPage);
  put_map(parameters, request.memory_bytes);
  put_screen(parameters);
  image.memory.push_back({*pages, parameters.bytes()});
  std::vector<std::uint8_t> command_line(request.append.begin(), request.append.end());
  command_line.push_back(0);
  image.memory.push_back({*pages + kPage, std::move(command_line)});
  image.entry = kernel->entry;
  image.rom = boot_rom_for_linux(kernel->entry, *pages);
  return std::nullopt;
}

}  // namespace strata
