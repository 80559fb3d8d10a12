// A disk in the host's memory, zero at start and gone at the end: for tests, and with 0 sectors for
// a machine without a drive.
#pragma once

#include <cstdint>
#include <vector>

#include "models/base/disk_backend.h"

namespace strata {

class MemoryDisk : public DiskBackend {
 public:
  explicit MemoryDisk(std::uint64_t sectors) : bytes_(sectors * kSectorBytes) {}

  std::uint64_t sector_count() const override { return bytes_.size() / kSectorBytes; }
  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override;
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override;
  bool flush() override { return true; }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace strata
