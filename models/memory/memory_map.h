// What physical memory holds: RAM from 0, read-only images laid over it or anywhere else, and
// nothing in between. For the Wishbone memory; the bytes themselves belong
// to the platform.
#pragma once

#include <cstdint>
#include <vector>

namespace strata {

/// A ROM image of `size` bytes at physical address `base`; both multiples of 4, not past 4 GiB.
struct RomImage {
  std::uint32_t base = 0;
  std::uint64_t size = 0;
  const std::uint8_t* host = nullptr;
};

class MemoryMap {
 public:
  /// The largest range around an address that is all RAM, all one ROM, or all unmapped.
  struct Region {
    std::uint32_t first = 1;              // first > last: empty
    std::uint32_t last = 0;               // inclusive
    const std::uint8_t* bytes = nullptr;  // of `first`; null where nothing is mapped
    std::uint8_t* writable = nullptr;     // the same for RAM, null for ROM

    bool contains(std::uint32_t address) const { return address >= first && address <= last; }
  };

  /// `ram_bytes` is a multiple of 4, at most 4 GiB. `ram` and the images outlive the map. Where
  /// images overlap, the earlier in the list is seen.
  MemoryMap(std::uint8_t* ram, std::uint64_t ram_bytes, std::vector<RomImage> roms);

  Region find(std::uint32_t address) const;

  /// Copies `size` bytes from `address` on; unmapped bytes are FF. Returns whether any was mapped.
  bool read(std::uint32_t address, std::uint8_t* data, std::uint64_t size) const;

  /// Stores `size` bytes; those not in RAM are dropped. Returns whether any byte was mapped.
  bool write(std::uint32_t address, const std::uint8_t* data, std::uint64_t size) const;

 private:
  std::uint8_t* ram_;
  std::uint64_t ram_bytes_;
  std::vector<RomImage> roms_;
};

}  // namespace strata
