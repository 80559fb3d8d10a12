// From what the user names to what a machine starts with. Guest formats: a multiboot (version 1)
// i386 ELF file, with modules; a Linux kernel (platform/loader/linux_kernel.h); a raw boot sector
// (512 bytes ending 55 AA, at 7C00); a disk image (a whole number of sectors, more than one, first
// sector a boot sector), which is also the disk when no --disk is given. Or no guest at all and a
// BIOS of the user's own. Only reads; writes no file. A guest but a disk image may come through a
// pipe, of up to as many bytes as the machine has memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"

namespace strata {

/// RAM a machine has at most.
inline constexpr std::uint64_t kMostMemoryBytes = 2048u << 20;

struct GuestRequest {
  std::string guest;   // file name, - for standard input; empty: none
  std::string bios;    // file name; empty: the machine's own boot ROM
  std::string append;  // command line for a multiboot guest or a kernel
  std::uint64_t memory_bytes = 0;
  std::string kernel{};                // file name; with it there is neither guest nor BIOS
  std::string initrd{};                // of the kernel; empty: none
  std::vector<std::string> modules{};  // of a multiboot guest: FILE or FILE=TEXT
};

/// Errors are one line: what is wrong and what would be right.
Result<GuestImage> load_guest(const GuestRequest& request);

}  // namespace strata
