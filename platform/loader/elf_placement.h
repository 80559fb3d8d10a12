// An ELF file's segments in a machine's memory: whether they may lie where they want to, and their
// bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/loader/elf32.h"
#include "platform/loader/guest_image.h"
#include "platform/loader/host_file.h"
#include "platform/loader/memory_layout.h"

namespace strata {

/// Where its segments lie, in file order.
std::vector<AddressRange> ranges_of(const ElfFile& elf);

/// What keeps guest `name` from a machine of `memory_bytes` with a ROM of `rom_bytes`: each segment
/// must lie in RAM, outside the windows cut out of it, and together they may not have more bytes
/// than the machine.
std::optional<Error> check_segments(const ElfFile& elf, const std::string& name,
                                    std::uint64_t memory_bytes, std::uint64_t rom_bytes);

/// The entry point as a physical address: the ABI gives a virtual one.
std::optional<std::uint32_t> physical_entry(const ElfFile& elf);

/// Reads the segments of a file that was checked.
std::optional<Error> load_segments(const HostFile& file, const ElfFile& elf, GuestImage& image);

}  // namespace strata
