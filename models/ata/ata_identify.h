// IDENTIFY DEVICE data of the plain C++ ATA drive (ATA/ATAPI-6).
#pragma once

#include <cstdint>
#include <span>

#include "models/base/disk_backend.h"

namespace strata {

/// The CHS translation, the only one there is: the default of drives from 504 MiB on.
inline constexpr std::uint32_t kAtaHeads = 16;
inline constexpr std::uint32_t kAtaSectorsPerTrack = 63;

/// Sectors a 28-bit LBA can name of a disk of `sectors`.
std::uint32_t ata_addressable_sectors(std::uint64_t sectors);

/// Fills `data` with the 256 little-endian words for a disk of `sectors` (addressable) sectors.
void ata_identify(std::uint32_t sectors, std::span<std::uint8_t, kSectorBytes> data);

}  // namespace strata
