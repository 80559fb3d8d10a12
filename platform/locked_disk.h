// A disk that two threads may use: the CPU's, and that of the ring of port ABBA.
#pragma once

#include <mutex>

#include "models/base/disk_backend.h"

namespace strata {

class LockedDisk final : public DiskBackend {
 public:
  /// `disk` outlives this.
  explicit LockedDisk(DiskBackend& disk) : disk_(disk), sectors_(disk.sector_count()) {}

  std::uint64_t sector_count() const override { return sectors_; }
  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override {
    const std::scoped_lock lock(mutex_);
    return disk_.read_sector(lba, data);
  }
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override {
    const std::scoped_lock lock(mutex_);
    return disk_.write_sector(lba, data);
  }
  std::uint64_t read_sectors(std::uint64_t lba, ReadPieces pieces) override {
    const std::scoped_lock lock(mutex_);
    return disk_.read_sectors(lba, pieces);
  }
  std::uint64_t write_sectors(std::uint64_t lba, WritePieces pieces) override {
    const std::scoped_lock lock(mutex_);
    return disk_.write_sectors(lba, pieces);
  }
  bool flush() override {
    const std::scoped_lock lock(mutex_);
    return disk_.flush();
  }

 private:
  DiskBackend& disk_;
  const std::uint64_t sectors_;
  std::mutex mutex_;
};

}  // namespace strata
