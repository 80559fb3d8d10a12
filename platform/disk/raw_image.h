// A disk that is a raw image file (or a block device) of the host: sector n is bytes 512 n and up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "models/base/disk_backend.h"
#include "models/base/file_descriptor.h"
#include "models/base/result.h"

namespace strata {

/// Sectors a drive can have: LBA28 counts them in words 60 and 61 of IDENTIFY DEVICE, at most
/// 0FFFFFFFh (ATA/ATAPI-6, 8.15.35).
inline constexpr std::uint64_t kMostSectors = 0x0FFFFFFF;

enum class ImageUse {
  kOwn,    // read and written by one run
  kShare,  // read by any number of runs; what a guest writes is refused
};

class RawImage : public DiskBackend {
 public:
  /// Opens `path` and locks it (flock) until this object goes. It must be a regular file or block
  /// device, readable and, to own it, writable (also by its mode bits, which would not stop root),
  /// of a whole number of 512-byte sectors, not 0 and not more than kMostSectors, and not in use;
  /// else one line that says what is wrong and what would be right. Changes nothing in the file.
  static Result<std::unique_ptr<RawImage>> open(const std::string& path,
                                                ImageUse use = ImageUse::kOwn);

  std::uint64_t sector_count() const override { return sectors_; }
  /// All go straight to the host's file (pread, pwrite): nothing is held back in this process.
  bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) override;
  bool write_sector(std::uint64_t lba, std::span<const std::uint8_t, kSectorBytes> data) override;
  /// One preadv or pwritev, or one for each 1024 pieces.
  std::uint64_t read_sectors(std::uint64_t lba, ReadPieces pieces) override;
  std::uint64_t write_sectors(std::uint64_t lba, WritePieces pieces) override;
  /// fdatasync.
  bool flush() override;

  /// Empty, or the line that says what went wrong with the image since it was opened: deleted or
  /// cut off by somebody, or the host failed.
  const std::string& failure() const { return failure_; }

  /// Makes `path` a copy of the image, with holes where it has them. Asks `cancelled` now and then
  /// whether to go on.
  Result<bool> copy_to(const std::string& path, const std::function<bool()>& cancelled = {});

 private:
  RawImage(std::string path, FileDescriptor file, std::uint64_t sectors, ImageUse use)
      : path_(std::move(path)), file_(std::move(file)), sectors_(sectors), use_(use) {}

  template <typename Transfer, typename Pieces>
  std::uint64_t move_sectors(std::uint64_t lba, Pieces pieces, const char* what, Transfer transfer);
  bool is_whole();
  bool fail(const std::string& what);

  std::string path_;
  FileDescriptor file_;
  std::uint64_t sectors_;
  ImageUse use_;
  std::string failure_;
};

/// `strata disk create`: makes `path`, a raw image of `bytes` zero bytes (sparse where the host
/// can), and gives its number of sectors. Refuses a size that is 0, not a multiple of 512 or more
/// than a drive can have, and a path that exists.
Result<std::uint64_t> create_image(const std::string& path, std::uint64_t bytes);

}  // namespace strata
