// Where an ATA controller's sectors live.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace strata {

inline constexpr std::size_t kSectorBytes = 512;

class DiskBackend {
 public:
  virtual ~DiskBackend() = default;

  /// Size of the medium in sectors of 512 bytes.
  virtual std::uint64_t sector_count() const = 0;

  /// Copies sector `lba` to `data`; false if it is past the end or the host cannot read it.
  virtual bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) = 0;

  /// Stores `data` as sector `lba`; false if it is past the end or the host cannot write it.
  virtual bool write_sector(std::uint64_t lba,
                            std::span<const std::uint8_t, kSectorBytes> data) = 0;

  /// Returns once everything written is on stable storage (fdatasync); false if the host failed.
  virtual bool flush() = 0;
};

}  // namespace strata
