// Physical memory as the processor reaches it: mapped regions directly through host pointers, all
// else (device registers, ports, holes, writes to ROM) through EngineBus. Little-endian, any
// alignment.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <unordered_set>
#include <vector>

#include "models/base/engine_bus.h"

namespace strata {

/// Is told of writes to memory that code has been taken from.
class CodeGuard {
 public:
  /// `bytes` bytes from `offset` on are written now in the page that begins at `page`.
  virtual void on_code_write(const std::uint8_t* page, std::uint32_t offset,
                             std::uint32_t bytes) = 0;

 protected:
  ~CodeGuard() = default;
};

class GuestMemory {
 public:
  static constexpr unsigned kPageShift = 12;
  static constexpr std::uint32_t kPageMask = (1u << kPageShift) - 1;

  explicit GuestMemory(EngineBus& bus);

  /// Maps `size` bytes at `base` (both multiples of 4 KiB) to `host`.
  void map(std::uint32_t base, std::uint64_t size, std::uint8_t* host, bool writable);

  /// While A20 is closed address bit 20 is 0 in every access, whoever maps or masters the memory:
  /// the tables and regions below are as the processor has them. No page is guarded meanwhile.
  void set_a20(bool open);
  bool a20_open() const { return a20_mask_ == ~0u; }

  /// A run of physical memory that is contiguous in host memory too.
  struct Region {
    std::uint32_t base = 0;
    std::uint64_t size = 0;
    const std::uint8_t* host = nullptr;
  };

  /// The region `physical` lies in; null in a hole.
  const Region* region_of(std::uint32_t physical) const;

  /// Host address of each 4 KiB page for reading (writing), null where there is none.
  std::uint8_t* const* readable_pages() const { return readable_.get(); }
  std::uint8_t* const* writable_pages() const { return writable_.get(); }

  /// From now on `guard`, which outlives the memory, is told of writes to pages that are guarded.
  void set_guard(CodeGuard& guard);

  /// Guards the 4 KiB of host memory at `page`, where a page of a region begins, or ends that:
  /// while it is guarded no page of guest memory it stands behind is in writable_pages(). Calls
  /// `changed(number)` for each of those whose place there changed.
  template <typename Changed>
  void guard_page(const std::uint8_t* page, bool guarded, Changed&& changed) {
    for (const Region& region : regions_) {
      if (page < region.host || page >= region.host + region.size) continue;
      const auto offset = static_cast<std::uint32_t>(page - region.host);
      const std::uint32_t number = (region.base + offset) >> kPageShift;
      if (set_guarded(number, page, guarded)) changed(number);
    }
  }

  /// Tells the guard that somebody else has written memory.
  void note_written(std::uint32_t physical, std::uint32_t bytes);

  /// Sees each write to a protected page, and makes it. A piece as the bus carries it.
  class WriteTrap {
   public:
    virtual void on_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) = 0;

   protected:
    ~WriteTrap() = default;
  };
  /// Outlives the object.
  void set_write_trap(WriteTrap& trap) { trap_ = &trap; }

  /// A page, by its number, that is plain memory for reading and writing, protected or not.
  bool is_plain(std::uint32_t page) const {
    return readable_[page] != nullptr && (writable_[page] != nullptr || is_protected(page));
  }
  /// From now on the trap takes the writes to a plain page (no more). Addresses that were given out
  /// for writing are the caller's care.
  void protect(std::uint32_t page);
  void unprotect(std::uint32_t page);
  bool is_protected(std::uint32_t page) const {
    return trap_ != nullptr && protected_.contains(page);
  }

  /// Whether an access does not leave its page.
  template <typename T>
  static bool inside_page(std::uint32_t address) {
    return (address & kPageMask) <= kPageMask + 1 - sizeof(T);
  }

  /// Where an access is in physical memory: its bytes up to the end of a page start at `first`,
  /// those after it at `second`.
  struct Place {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
  };

  /// Device accesses are split at dword boundaries, low part first.
  std::uint32_t read(const Place& place, unsigned bytes);
  void write(const Place& place, unsigned bytes, std::uint32_t value);

  template <typename T>
  T read(std::uint32_t physical) {
    return static_cast<T>(read(contiguous(physical), sizeof(T)));
  }
  template <typename T>
  void write(std::uint32_t physical, T value) {
    write(contiguous(physical), sizeof(T), value);
  }

  /// I/O space, split as memory is: at dword boundaries, low part first.
  std::uint32_t port_read(std::uint16_t port, unsigned bytes);
  void port_write(std::uint16_t port, unsigned bytes, std::uint32_t value);
  /// As EngineBus::port_write_block().
  std::uint32_t port_write_block(std::uint16_t port, unsigned bytes, const std::uint8_t* data,
                                 std::uint32_t count) {
    const std::uint32_t taken = bus_.port_write_block(port, bytes, data, count);
    port_accesses_ += taken;
    return taken;
  }
  /// As EngineBus::port_read_block().
  std::uint32_t port_read_block(std::uint16_t port, unsigned bytes, std::uint8_t* data,
                                std::uint32_t count) {
    const std::uint32_t taken = bus_.port_read_block(port, bytes, data, count);
    port_accesses_ += taken;
    return taken;
  }

  /// Calls of the bus so far: of its ports, and of its memory.
  std::uint64_t port_accesses() const { return port_accesses_; }
  std::uint64_t device_accesses() const { return device_accesses_; }

 private:
  using Page = std::uint8_t*;
  struct MappedRegion {
    std::uint32_t base = 0;
    std::uint64_t size = 0;
    Page host = nullptr;
    bool writable = false;
  };
  static constexpr std::uint32_t kA20 = 1u << 20;

  struct FreePages {
    void operator()(Page* pages) const;
  };
  using PageTable = std::unique_ptr<Page[], FreePages>;

  static std::uint8_t* at(Page page, std::uint32_t physical) {
    return page != nullptr ? page + (physical & kPageMask) : nullptr;
  }
  static Place contiguous(std::uint32_t physical) { return {physical, (physical | kPageMask) + 1}; }

  void close_a20();
  void place(const MappedRegion& region);
  bool set_guarded(std::uint32_t number, const std::uint8_t* page, bool guarded);
  std::uint8_t* guarded_page(std::uint32_t physical) const;
  std::uint32_t read_piece(std::uint32_t physical, unsigned bytes);
  void write_piece(std::uint32_t physical, unsigned bytes, std::uint32_t value);

  EngineBus& bus_;
  std::uint64_t port_accesses_ = 0;
  std::uint64_t device_accesses_ = 0;
  std::uint32_t a20_mask_ = ~0u;
  std::vector<MappedRegion> mapped_;  // as map() was called
  std::vector<Region> regions_;
  PageTable readable_;  // host address of each 4 KiB page, null where there is none
  PageTable writable_;
  CodeGuard* guard_ = nullptr;
  std::vector<bool> guarded_;  // by page, once there is a guard
  WriteTrap* trap_ = nullptr;
  std::unordered_set<std::uint32_t> protected_;
};

}  // namespace strata
