// The boot ROM's image as data of the program (target strata_bootrom_data): platform/loader copies
// it, patches the parameter block of sw/include/boot_parameters.h and maps the copy.
#pragma once

#include <cstdint>
#include <span>

#include "models/machine/memory_map.h"

namespace strata {

/// The bytes of bootrom.bin; byte 0 is at physical 000F0000 and FFFF0000.
std::span<const std::uint8_t, STRATA_ROM_SIZE> bootrom_image();

}  // namespace strata
