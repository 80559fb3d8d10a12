// The Multiboot specification, version 0.6.96, as far as a loader without modules and video modes
// needs it: finding the header (section 3.1) and building the information structure (section 3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"

namespace strata {

/// Longest command line the information page has room for, in bytes.
inline constexpr std::size_t kMaxCommandLine = 2048;

/// How far into the file the header may be.
inline constexpr std::uint64_t kMultibootSearchBytes = 8192;

/// Nothing when `file` has a header we can serve, else what is wrong. The header is 4-byte aligned
/// in the first kMultibootSearchBytes.
std::optional<Error> check_multiboot_header(std::span<const std::uint8_t> file,
                                            const std::string& name);

/// The information structure with memory sizes, memory map, command line and loader name, in one
/// page. `address` is where it will lie (below 640 KiB); memory under it is what mem_lower
/// reports, so the guest does not overwrite it.
MemoryBlock build_multiboot_info(std::uint32_t address, std::uint64_t memory_bytes,
                                 const std::string& command_line);

}  // namespace strata
