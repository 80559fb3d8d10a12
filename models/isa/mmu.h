// Paging (SDM vol. 3, 4.3 and 4.6-4.10; 80386 Programmer's Reference Manual, 5.2): the page walk
// and a software translation lookaside buffer.
//
// An entry lives until the guest invalidates it: there are as many as there are pages, and none is
// ever replaced. Beside the entries stand tables of host addresses by linear page, one set for each
// privilege, in which everything the entries allow at the moment is filled in; an access that finds
// an address there needs no further check. Without paging the tables are GuestMemory's own.
//
// With a TranslationSource the entries come from there, there are as many as a TLB has, and no
// access but a fetch finds an address: each is looked up, and counted.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "models/isa/cpu_family.h"
#include "models/isa/guest_memory.h"
#include "models/isa/page_walk.h"

namespace strata {

class TranslationSource;  // models/isa/translation_source.h

/// Host addresses of pages by linear page number, for one privilege; null: not known to be allowed.
struct PageView {
  std::uint8_t* const* readable = nullptr;
  std::uint8_t* const* writable = nullptr;
};

class Mmu {
 public:
  Mmu(GuestMemory& memory, CpuFamily family) : memory_(memory), family_(family) {}

  /// From now on translations come from `source`, which outlives the MMU, through a TLB of
  /// `tlb_entries` of which the oldest is replaced; 0: none ever is.
  void set_source(TranslationSource& source, unsigned tlb_entries);

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

  /// All of GuestMemory's pages may have another place now.
  void forget_hosts();

  /// Another number after each change by which a linear address may be translated otherwise.
  std::uint32_t generation() const { return generation_; }

  bool paging() const { return mode_.on; }

  /// Pages that can be accessed without asking translate().
  PageView view(Privilege privilege) const;

  /// A view without any page.
  static PageView no_pages();

  /// The host address of `linear`'s page if code can be fetched there; null: not known.
  const std::uint8_t* code_page(Privilege privilege, std::uint32_t linear) const {
    std::uint8_t* const* pages = mode_.on ? hosts_[static_cast<unsigned>(privilege)].readable.get()
                                          : memory_.readable_pages();
    return pages[linear >> GuestMemory::kPageShift];
  }

  /// With a source: accesses looked up, those not found, and entries replaced.
  struct TlbCounts {
    std::uint64_t lookups = 0;
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;
  };
  const TlbCounts& tlb_counts() const { return counts_; }

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

  bool refill(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& error_code);
  bool look_up(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& entry,
               std::uint32_t& error_code);
  bool permits(std::uint32_t entry, Privilege privilege, Access access) const;
  void allocate();
  void change(const PagingMode& mode);
  void make_room(std::uint32_t page);
  void remember(std::uint32_t page, std::uint32_t entry);
  void fill_hosts(std::uint32_t page, std::uint32_t entry);
  void forget(std::uint32_t page);
  void forget_frame(std::uint32_t frame);
  void flush(bool global_too);

  GuestMemory& memory_;
  CpuFamily family_;
  PagingMode mode_;
  TranslationSource* source_ = nullptr;
  bool write_protects_ = false;  // the source does, whatever CR0.WP
  std::uint32_t generation_ = 0;
  /// By linear page: the last walk's result as a page table entry would say it; zero: none.
  Table<std::uint32_t> entries_;
  Hosts hosts_[2];  // by Privilege
  /// Every page that has an entry, and some that have none any more.
  std::vector<std::uint32_t> used_;
  std::size_t most_ = 0;    // pages in used_; 0: no limit
  std::size_t oldest_ = 0;  // in used_, once it is full
  TlbCounts counts_;
};

}  // namespace strata
