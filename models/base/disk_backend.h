// Where an ATA controller's sectors live.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace strata {

inline constexpr std::size_t kSectorBytes = 512;

class DiskBackend {
 public:
  /// Memory that sectors which follow each other on the disk come from or go to: a piece after the
  /// other, each of a whole number of sectors.
  using ReadPieces = std::span<const std::span<std::uint8_t>>;
  using WritePieces = std::span<const std::span<const std::uint8_t>>;

  virtual ~DiskBackend() = default;

  /// Size of the medium in sectors of 512 bytes.
  virtual std::uint64_t sector_count() const = 0;

  /// Copies sector `lba` to `data`; false if it is past the end or the host cannot read it.
  virtual bool read_sector(std::uint64_t lba, std::span<std::uint8_t, kSectorBytes> data) = 0;

  /// Stores `data` as sector `lba`; false if it is past the end or the host cannot write it.
  virtual bool write_sector(std::uint64_t lba,
                            std::span<const std::uint8_t, kSectorBytes> data) = 0;

  /// The same of the sectors from `lba` on, in order, up to the first that fails; how many have
  /// been moved.
  virtual std::uint64_t read_sectors(std::uint64_t lba, ReadPieces pieces) {
    return each_sector(pieces, [&](std::uint64_t number, auto sector) {
      return read_sector(lba + number, sector);
    });
  }
  virtual std::uint64_t write_sectors(std::uint64_t lba, WritePieces pieces) {
    return each_sector(pieces, [&](std::uint64_t number, auto sector) {
      return write_sector(lba + number, sector);
    });
  }

  /// Returns once everything written is on stable storage (fdatasync); false if the host failed.
  virtual bool flush() = 0;

 private:
  template <typename Pieces, typename Move>
  static std::uint64_t each_sector(Pieces pieces, Move move) {
    std::uint64_t moved = 0;
    for (const auto piece : pieces) {
      for (std::size_t at = 0; at < piece.size(); at += kSectorBytes) {
        if (!move(moved, piece.subspan(at).template first<kSectorBytes>())) return moved;
        ++moved;
      }
    }
    return moved;
  }
};

}  // namespace strata
