// Physical memory as the processor reaches it: mapped regions directly through host pointers, all
// else (device registers, ports, holes, writes to ROM) through ExternalAccess. Little-endian, any
// alignment.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace strata {

/// Everything that is not plain memory. An access lies inside one aligned dword and is 1, 2 or 4
/// bytes; two bytes may start at an odd address.
class ExternalAccess {
 public:
  virtual ~ExternalAccess() = default;
  virtual std::uint32_t port_read(std::uint16_t port, unsigned bytes) = 0;
  virtual void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) = 0;
  virtual std::uint32_t mmio_read(std::uint32_t physical, unsigned bytes) = 0;
  virtual void mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) = 0;
};

class GuestMemory {
 public:
  static constexpr unsigned kPageShift = 12;
  static constexpr std::uint32_t kPageMask = (1u << kPageShift) - 1;

  explicit GuestMemory(ExternalAccess& external);

  /// Maps `size` bytes at `base` (both multiples of 4 KiB) to `host`.
  void map(std::uint32_t base, std::uint64_t size, std::uint8_t* host, bool writable);

  /// A run of physical memory that is contiguous in host memory too.
  struct Region {
    std::uint32_t base;
    std::uint64_t size;
    const std::uint8_t* host;
  };

  /// The region `physical` lies in; null in a hole.
  const Region* region_of(std::uint32_t physical) const;

  /// Host address of an access that does not leave its page, or null: then use the slow calls.
  template <typename T>
  const std::uint8_t* readable(std::uint32_t physical) const {
    return inside_page<T>(physical) ? at(readable_[physical >> kPageShift], physical) : nullptr;
  }
  template <typename T>
  std::uint8_t* writable(std::uint32_t physical) const {
    return inside_page<T>(physical) ? at(writable_[physical >> kPageShift], physical) : nullptr;
  }

  template <typename T>
  T read(std::uint32_t physical) {
    if (const std::uint8_t* host = readable<T>(physical)) [[likely]] {
      T value;
      std::memcpy(&value, host, sizeof(T));
      return value;
    }
    return static_cast<T>(read_pieces(physical, sizeof(T)));
  }

  template <typename T>
  void write(std::uint32_t physical, T value) {
    if (std::uint8_t* host = writable<T>(physical)) [[likely]] {
      std::memcpy(host, &value, sizeof(T));
    } else {
      write_pieces(physical, sizeof(T), value);
    }
  }

  /// I/O space, split as memory is: at dword boundaries, low part first.
  std::uint32_t port_read(std::uint16_t port, unsigned bytes);
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value);

 private:
  using Page = std::uint8_t*;
  struct FreePages {
    void operator()(Page* pages) const;
  };
  using PageTable = std::unique_ptr<Page[], FreePages>;

  template <typename T>
  static bool inside_page(std::uint32_t physical) {
    return (physical & kPageMask) <= kPageMask + 1 - sizeof(T);
  }
  static std::uint8_t* at(Page page, std::uint32_t physical) {
    return page != nullptr ? page + (physical & kPageMask) : nullptr;
  }

  std::uint32_t read_pieces(std::uint32_t physical, unsigned bytes);
  void write_pieces(std::uint32_t physical, unsigned bytes, std::uint32_t value);
  std::uint32_t read_piece(std::uint32_t physical, unsigned bytes);
  void write_piece(std::uint32_t physical, unsigned bytes, std::uint32_t value);

  ExternalAccess& external_;
  std::vector<Region> regions_;
  PageTable readable_;  // host address of each 4 KiB page, null where there is none
  PageTable writable_;
};

}  // namespace strata
