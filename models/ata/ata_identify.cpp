#include "models/ata/ata_identify.h"

#include <algorithm>
#include <string_view>

namespace strata {
namespace {

class IdentifyData {
 public:
  explicit IdentifyData(std::span<std::uint8_t, kSectorBytes> bytes) : bytes_(bytes) {
    std::ranges::fill(bytes_, std::uint8_t{0});
  }

  void word(unsigned index, std::uint32_t value) {
    bytes_[2 * index] = static_cast<std::uint8_t>(value);
    bytes_[2 * index + 1] = static_cast<std::uint8_t>(value >> 8);
  }

  void double_word(unsigned index, std::uint32_t value) {
    word(index, value & 0xFFFF);
    word(index + 1, value >> 16);
  }

  /// ATA strings: padded with spaces, the first character of each pair in the high byte.
  void text(unsigned index, unsigned words, std::string_view text) {
    for (unsigned i = 0; i < 2 * words; ++i) {
      bytes_[2 * index + (i ^ 1)] =
          i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{' '};
    }
  }

 private:
  std::span<std::uint8_t, kSectorBytes> bytes_;
};

}  // namespace

std::uint32_t ata_addressable_sectors(std::uint64_t sectors) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(sectors, 0x0FFFFFFF));
}

void ata_identify(std::uint32_t sectors, std::span<std::uint8_t, kSectorBytes> bytes) {
  // A CHS host cannot go beyond cylinder 16383; smaller disks have at least one cylinder.
  const std::uint32_t cylinders =
      std::clamp<std::uint32_t>(sectors / (kAtaHeads * kAtaSectorsPerTrack), 1, 16383);
  IdentifyData data(bytes);
  data.word(0, 0x0040);  // fixed, not removable
  data.word(1, cylinders);
  data.word(3, kAtaHeads);
  data.word(6, kAtaSectorsPerTrack);
  data.text(10, 10, "S86-0001");
  data.text(23, 4, "1.0");
  data.text(27, 20, "STRATA86 DISK");
  data.word(49, 0x0200);  // LBA; no DMA
  data.word(50, 0x4000);  // fixed bit pattern
  data.word(53, 0x0001);  // words 54 to 58 are valid
  data.word(54, cylinders);
  data.word(55, kAtaHeads);
  data.word(56, kAtaSectorsPerTrack);
  data.double_word(57, cylinders * kAtaHeads * kAtaSectorsPerTrack);
  data.double_word(60, sectors);
  data.word(80, 0x0070);  // ATA/ATAPI-4, -5 and -6
  data.word(83, 0x5000);  // fixed bit pattern; FLUSH CACHE
  data.word(84, 0x4000);  // fixed bit pattern
  data.word(86, 0x1000);  // FLUSH CACHE enabled
  data.word(87, 0x4000);  // fixed bit pattern
}

}  // namespace strata
