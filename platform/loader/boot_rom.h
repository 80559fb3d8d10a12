// The machine's own boot ROM (sw/start/bootrom.S), carried inside the program, and how it is told
// what to start (sw/include/boot_parameters.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace strata {

/// The ROM told to enter a multiboot guest at `entry` with EBX = `multiboot_info`.
std::vector<std::uint8_t> boot_rom_for_multiboot(std::uint32_t entry, std::uint32_t multiboot_info);

/// The ROM told to enter a Linux kernel at `entry` with ESI = `parameters`.
std::vector<std::uint8_t> boot_rom_for_linux(std::uint32_t entry, std::uint32_t parameters);

/// The ROM told to jump to the boot sector at 7C00.
std::vector<std::uint8_t> boot_rom_for_boot_sector();

/// The same on a ROM image given, for tests.
void patch_boot_rom(std::span<std::uint8_t> rom, std::uint32_t mode, std::uint32_t entry,
                    std::uint32_t information);

}  // namespace strata
