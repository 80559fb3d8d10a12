// A Linux kernel started by the 32-bit boot protocol (Documentation/arch/x86/boot.rst of the
// kernel): bzImage of protocol 2.02 or later, or a vmlinux, which is an ELF file. The loader places
// kernel, initrd, command line and the page of boot parameters ("zero page") with the memory map;
// the boot ROM jumps to the kernel with ESI = that page. A kernel's real-mode code does not run.
// The file may come from anybody: its fields are checked against its size and the machine's memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"

namespace strata {

struct LinuxRequest {
  std::string kernel;  // file names, - for standard input
  std::string initrd;  // empty: none
  std::string append;  // the kernel's command line
  std::uint64_t memory_bytes = 0;
};

/// What of `image` the kernel takes: memory, boot ROM, entry, a vmlinux's symbols.
std::optional<Error> add_linux(const LinuxRequest& request, GuestImage& image);

}  // namespace strata
