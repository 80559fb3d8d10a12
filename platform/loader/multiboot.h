// The Multiboot specification, version 0.6.96, as far as a loader without video modes needs it:
// finding the header (section 3.1) and building the information structure (section 3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"
#include "platform/loader/memory_layout.h"

namespace strata {

/// Longest command line the information page has room for, in bytes.
inline constexpr std::size_t kMaxCommandLine = 2048;

/// How far into the file the header may be.
inline constexpr std::uint64_t kMultibootSearchBytes = 8192;

/// Nothing when `file` has a header we can serve, else what is wrong. The header is 4-byte aligned
/// in the first kMultibootSearchBytes.
std::optional<Error> check_multiboot_header(std::span<const std::uint8_t> file,
                                            const std::string& name);

/// Where the list of modules lies (platform/loader/multiboot_modules.h), and how many it has.
struct ModuleList {
  std::uint32_t address = 0;
  std::uint32_t count = 0;
};

/// The information structure with memory sizes, memory map, command line, modules, if there are
/// any, and loader name, in one page that will lie at `address`. `ram` is what the guest may use,
/// in ascending order and without the page itself: the memory map, as much of it as the page has
/// room for (60 runs). mem_lower and mem_upper are the sizes of the runs that begin at 0 and at 1
/// MiB: up to the first hole (3.3).
MemoryBlock build_multiboot_info(std::uint32_t address, std::span<const AddressRange> ram,
                                 const std::string& command_line, const ModuleList& modules = {});

}  // namespace strata
