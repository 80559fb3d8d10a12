// Paging (SDM vol. 3, 4.3 and 4.6-4.10; 80386 Programmer's Reference Manual, 5.2): the page walk
// and a software translation lookaside buffer.
//
// An entry lives until the guest invalidates it: there are as many as there are pages, and none is
// ever replaced. Beside the entries stand tables of host addresses by linear page, one set for each
// privilege, in which everything the entries allow at the moment is filled in; an access that finds
// an address there needs no further check. Without paging the tables are GuestMemory's own.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "models/isa/cpu_family.h"
#include "models/isa/guest_memory.h"

namespace strata {

/// Who accesses memory, for the page tables' user/supervisor bits (SDM vol. 3, 4.6).
enum class Privilege : std::uint8_t { kSupervisor, kUser };

enum class Access : std::uint8_t { kRead, kWrite };

/// Page-fault error code (SDM vol. 3, 4.7). There is no bit for instruction fetches.
namespace page_fault {
inline constexpr std::uint32_t kPresent = 1u << 0;
inline constexpr std::uint32_t kWrite = 1u << 1;
inline constexpr std::uint32_t kUser = 1u << 2;
inline constexpr std::uint32_t kReserved = 1u << 3;
}  // namespace page_fault

/// Page directory and page table entries (SDM vol. 3, tables 4-4 to 4-6).
namespace pte {
inline constexpr std::uint32_t kPresent = 1u << 0;
inline constexpr std::uint32_t kWritable = 1u << 1;
inline constexpr std::uint32_t kUser = 1u << 2;
inline constexpr std::uint32_t kAccessed = 1u << 5;
inline constexpr std::uint32_t kDirty = 1u << 6;
inline constexpr std::uint32_t kLarge = 1u << 7;
inline constexpr std::uint32_t kGlobal = 1u << 8;
inline constexpr std::uint32_t kFrame = 0xFFFFF000;
inline constexpr std::uint32_t kLargeFrame = 0xFFC00000;
inline constexpr std::uint32_t kLargeReserved = 0x003FF000;
}  // namespace pte

/// Host addresses of pages by linear page number, for one privilege; null: not known to be allowed.
struct PageView {
  std::uint8_t* const* readable = nullptr;
  std::uint8_t* const* writable = nullptr;
};

class Mmu {
 public:
  Mmu(GuestMemory& memory, CpuFamily family) : memory_(memory), family_(family) {}

  /// Control registers of a state loaded as a whole: no translation is kept.
  void reset(std::uint32_t cr0, std::uint32_t cr3, std::uint32_t cr4);

  /// MOV to a control register (SDM vol. 3, 4.10.4.1): a change of PG, PSE or PGE flushes
  /// everything, each load of CR3 what is not global.
  void set_cr0(std::uint32_t value);
  void set_cr3(std::uint32_t value);
  void set_cr4(std::uint32_t value);

  /// INVLPG: the page `linear` lies in, global or not, all of a 4 MiB page.
  void flush_page(std::uint32_t linear);

  /// Physical page `frame` has another place in GuestMemory::writable_pages() now.
  void forget_writable(std::uint32_t frame);

  /// Another number after each change by which a linear address may be translated otherwise.
  std::uint32_t generation() const { return generation_; }

  bool paging() const { return paging_; }

  /// Pages that can be accessed without asking translate().
  PageView view(Privilege privilege) const;

  /// A view without any page.
  static PageView no_pages();

  /// The physical address of `linear` for one access; false with `error_code` of the #PF. Sets
  /// accessed and dirty bits as a permitted access does. What an entry does not allow is looked up
  /// again, so a fault always comes from the tables in memory; it drops the entry.
  bool translate(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& physical,
                 std::uint32_t& error_code);

 private:
  template <typename T>
  class Table {
   public:
    void allocate();
    T* get() const { return items_.get(); }
    T& operator[](std::uint32_t page) const { return items_[page]; }

   private:
    struct Free {
      void operator()(T* items) const { std::free(items); }
    };
    std::unique_ptr<T[], Free> items_;
  };

  /// What one privilege may reach at the moment.
  struct Hosts {
    Table<std::uint8_t*> readable;
    Table<std::uint8_t*> writable;
  };

  struct Walk {
    std::uint32_t directory_at = 0;  // physical
    std::uint32_t directory = 0;
    std::uint32_t table_at = 0;
    std::uint32_t table = 0;
    bool large = false;

    /// Frame, permissions of both levels together, dirty and global bits.
    std::uint32_t entry(std::uint32_t linear) const;
  };

  bool refill(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& error_code);
  bool walk(std::uint32_t linear, Walk& found, std::uint32_t& error_code) const;
  bool permits(std::uint32_t entry, Privilege privilege, Access access) const;
  void mark_used(Walk& found, Access access);
  void remember(std::uint32_t page, std::uint32_t entry);
  void fill_hosts(std::uint32_t page, std::uint32_t entry);
  void forget(std::uint32_t page);
  void flush(bool global_too);

  GuestMemory& memory_;
  CpuFamily family_;
  bool paging_ = false;
  bool write_protect_ = false;
  bool large_pages_ = false;
  bool global_pages_ = false;
  std::uint32_t cr3_ = 0;
  std::uint32_t generation_ = 0;
  /// By linear page: the last walk's result as a page table entry would say it; zero: none.
  Table<std::uint32_t> entries_;
  Hosts hosts_[2];  // by Privilege
  /// Every page that has an entry, and some that have none any more.
  std::vector<std::uint32_t> used_;
};

}  // namespace strata
