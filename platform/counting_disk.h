// A disk that counts what is done to it, for --stats; in front of the real one on every engine.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/base/disk_backend.h"

namespace strata {

class CountingDisk : public DiskBackend {
 public:
  /// `disk` outlives this.
  explicit CountingDisk(DiskBackend& disk) : disk_(disk) {}

  std::uint64_t sector_count() const override { return disk_.sector_count(); }
  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override {
    ++reads_;
    return disk_.read_sector(lba, data);
  }
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override {
    ++writes_;
    return disk_.write_sector(lba, data);
  }
  std::uint64_t read_sectors(std::uint64_t lba, ReadPieces pieces) override {
    const std::uint64_t moved = disk_.read_sectors(lba, pieces);
    reads_ += moved;
    return moved;
  }
  std::uint64_t write_sectors(std::uint64_t lba, WritePieces pieces) override {
    const std::uint64_t moved = disk_.write_sectors(lba, pieces);
    writes_ += moved;
    return moved;
  }
  bool flush() override {
    ++flushes_;
    return disk_.flush();
  }

  std::map<std::string, std::uint64_t> counters() const {
    return {{"disk.sectors_read", reads_},
            {"disk.sectors_written", writes_},
            {"disk.flushes", flushes_}};
  }

 private:
  DiskBackend& disk_;
  std::uint64_t reads_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t flushes_ = 0;
};

}  // namespace strata
