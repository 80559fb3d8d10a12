#include "platform/disk/memory_disk.h"

#include <algorithm>

namespace strata {

bool MemoryDisk::read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) {
  if (lba >= sector_count()) return false;
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(lba * kSectorBytes), kSectorBytes,
              data.begin());
  return true;
}

bool MemoryDisk::write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) {
  if (lba >= sector_count()) return false;
  std::ranges::copy(data, bytes_.begin() + static_cast<std::ptrdiff_t>(lba * kSectorBytes));
  return true;
}

}  // namespace strata
