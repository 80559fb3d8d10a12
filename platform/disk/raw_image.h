// A disk that is a raw image file (or a block device) of the host: sector n is bytes 512 n and up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/base/disk_backend.h"
#include "models/base/result.h"

namespace strata {

class RawImage : public DiskBackend {
 public:
  /// Opens `path` for reading and writing. It must be a regular file or block device, readable and
  /// writable (also by its mode bits, which would not stop root), of a whole number (not 0) of
  /// 512-byte sectors; else one line that says what is wrong and what would be right. Changes
  /// nothing in the file.
  static Result<std::unique_ptr<RawImage>> open(const std::string& path);

  ~RawImage() override;
  RawImage(const RawImage&) = delete;
  RawImage& operator=(const RawImage&) = delete;

  std::uint64_t sector_count() const override { return sectors_; }
  /// Both go straight to the host's file (pread, pwrite): nothing is held back in this process.
  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override;
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override;
  /// fdatasync.
  bool flush() override;

 private:
  RawImage(int descriptor, std::uint64_t sectors) : descriptor_(descriptor), sectors_(sectors) {}

  int descriptor_;
  std::uint64_t sectors_;
};

/// `strata disk create`: makes `path`, a raw image of `bytes` zero bytes (sparse where the host
/// can), and gives its number of sectors. Refuses a size that is 0 or not a multiple of 512, and a
/// path that exists.
Result<std::uint64_t> create_image(const std::string& path, std::uint64_t bytes);

}  // namespace strata
