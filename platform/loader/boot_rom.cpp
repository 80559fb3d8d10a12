#include "platform/loader/boot_rom.h"

#include <cassert>
#include <cstring>

#include "models/machine/memory_map.h"
#include "platform/loader/load32.h"
#include "sw/include/boot_parameters.h"
#include "sw/start/bootrom_data.h"

namespace strata {
namespace {

void store32(std::uint8_t* at, std::uint32_t value) {
  std::memcpy(at, &value, sizeof value);
}

std::vector<std::uint8_t> patched(std::uint32_t mode, std::uint32_t entry, std::uint32_t info) {
  const auto image = bootrom_image();
  std::vector<std::uint8_t> rom(image.begin(), image.end());
  patch_boot_rom(rom, mode, entry, info);
  return rom;
}

}  // namespace

void patch_boot_rom(std::span<std::uint8_t> rom, std::uint32_t mode, std::uint32_t entry,
                    std::uint32_t information) {
  assert(rom.size() == STRATA_ROM_SIZE);
  std::uint8_t* block = &rom[BOOT_PARAMETERS_OFFSET];
  assert(load32(block + BOOT_PARAMETERS_FIELD_MAGIC) == BOOT_PARAMETERS_MAGIC);
  store32(block + BOOT_PARAMETERS_FIELD_MODE, mode);
  store32(block + BOOT_PARAMETERS_FIELD_ENTRY, entry);
  store32(block + BOOT_PARAMETERS_FIELD_INFORMATION, information);
}

std::vector<std::uint8_t> boot_rom_for_multiboot(std::uint32_t entry,
                                                 std::uint32_t multiboot_info) {
  return patched(BOOT_MODE_MULTIBOOT, entry, multiboot_info);
}

std::vector<std::uint8_t> boot_rom_for_linux(std::uint32_t entry, std::uint32_t parameters) {
  return patched(BOOT_MODE_LINUX, entry, parameters);
}

std::vector<std::uint8_t> boot_rom_for_boot_sector() {
  return patched(BOOT_MODE_BOOT_SECTOR, 0, 0);
}

}  // namespace strata
