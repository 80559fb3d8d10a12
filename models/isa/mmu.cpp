#include "models/isa/mmu.h"

#include <cassert>
#include <new>

#include "models/isa/cpu_state.h"

namespace strata {
namespace {

constexpr std::size_t kPages = std::size_t{1} << (32 - GuestMemory::kPageShift);
constexpr std::uint32_t kLargePages = 1u << 10;  // 4 KiB pages in one of 4 MiB
/// In entries_: the page is in used_, whether the entry is valid or not.
constexpr std::uint32_t kListed = 1u << 11;

std::uint32_t access_code(Privilege privilege, Access access) {
  return (privilege == Privilege::kUser ? page_fault::kUser : 0) |
         (access == Access::kWrite ? page_fault::kWrite : 0);
}

}  // namespace

// calloc leaves what is never touched unbacked: only the pages in use cost memory.
template <typename T>
void Mmu::Table<T>::allocate() {
  items_.reset(static_cast<T*>(std::calloc(kPages, sizeof(T))));
  if (items_ == nullptr) {
    throw std::bad_alloc();
  }
}

// ---- control registers ----

void Mmu::reset(std::uint32_t cr0, std::uint32_t cr3, std::uint32_t cr4) {
  set_cr0(cr0);
  set_cr4(cr4);
  set_cr3(cr3);
  flush(true);
}

void Mmu::set_cr0(std::uint32_t value) {
  const bool paging = (value & cr0::kPg) != 0;
  if (paging && entries_.get() == nullptr) {
    entries_.allocate();
    for (Hosts& hosts : hosts_) {
      hosts.readable.allocate();
      hosts.writable.allocate();
    }
  }
  if (paging != paging_) {
    flush(true);
  }
  paging_ = paging;
  const bool write_protect = family_ >= CpuFamily::k486 && (value & cr0::kWp) != 0;
  if (write_protect != write_protect_) {
    write_protect_ = write_protect;
    for (const std::uint32_t page : used_) {
      hosts_[static_cast<unsigned>(Privilege::kSupervisor)].writable[page] = nullptr;
    }
  }
}

void Mmu::set_cr3(std::uint32_t value) {
  cr3_ = value;
  flush(false);
}

void Mmu::set_cr4(std::uint32_t value) {
  const bool large_pages = (value & cr4::kPse) != 0;
  const bool global_pages = (value & cr4::kPge) != 0;
  if (large_pages != large_pages_ || global_pages != global_pages_) {
    flush(true);
  }
  large_pages_ = large_pages;
  global_pages_ = global_pages;
}

// ---- forgetting ----

void Mmu::forget(std::uint32_t page) {
  ++generation_;
  entries_[page] = kListed;
  for (const Hosts& hosts : hosts_) {
    hosts.readable[page] = nullptr;
    hosts.writable[page] = nullptr;
  }
}

void Mmu::flush(bool global_too) {
  ++generation_;
  std::size_t kept = 0;
  for (const std::uint32_t page : used_) {
    if (!global_too && (entries_[page] & pte::kGlobal) != 0) {
      used_[kept++] = page;
    } else {
      forget(page);
      entries_[page] = 0;
    }
  }
  used_.resize(kept);
}

void Mmu::flush_page(std::uint32_t linear) {
  if (!paging_) {
    return;
  }
  const std::uint32_t page = linear >> GuestMemory::kPageShift;
  const std::uint32_t first = page & ~(kLargePages - 1);
  for (std::uint32_t other = first; other < first + kLargePages; ++other) {
    const std::uint32_t entry = entries_[other];
    const bool same = other == page || (entry & pte::kLarge) != 0;
    if (same && (entry & pte::kPresent) != 0) {
      forget(other);
    }
  }
}

void Mmu::forget_writable(std::uint32_t frame) {
  for (const std::uint32_t page : used_) {
    if (entries_[page] >> GuestMemory::kPageShift != frame) continue;
    for (const Hosts& hosts : hosts_) hosts.writable[page] = nullptr;
  }
}

// ---- translating ----

PageView Mmu::view(Privilege privilege) const {
  if (!paging_) {
    return {memory_.readable_pages(), memory_.writable_pages()};
  }
  const Hosts& hosts = hosts_[static_cast<unsigned>(privilege)];
  return {hosts.readable.get(), hosts.writable.get()};
}

PageView Mmu::no_pages() {
  static const Table<std::uint8_t*> kNone = [] {
    Table<std::uint8_t*> none;
    none.allocate();
    return none;
  }();
  return {kNone.get(), kNone.get()};
}

std::uint32_t Mmu::Walk::entry(std::uint32_t linear) const {
  if (large) {
    constexpr std::uint32_t kInside = ~pte::kLargeFrame & pte::kFrame;
    return (directory & ~(pte::kFrame | kListed)) | (directory & pte::kLargeFrame) |
           (linear & kInside);
  }
  constexpr std::uint32_t kBoth = pte::kWritable | pte::kUser;
  const std::uint32_t of_table = table & ~(kBoth | pte::kLarge | kListed);
  return of_table | (directory & table & kBoth);
}

/// Reads the entries for `linear` (SDM vol. 3, figures 4-2 and 4-3).
bool Mmu::walk(std::uint32_t linear, Walk& found, std::uint32_t& error_code) const {
  found.directory_at = (cr3_ & pte::kFrame) | ((linear >> 20) & 0xFFC);
  found.directory = memory_.read<std::uint32_t>(found.directory_at);
  if ((found.directory & pte::kPresent) == 0) {
    return false;
  }
  found.large = large_pages_ && (found.directory & pte::kLarge) != 0;
  if (found.large) {
    if ((found.directory & pte::kLargeReserved) != 0) {
      error_code |= page_fault::kPresent | page_fault::kReserved;
      return false;
    }
    return true;
  }
  found.table_at = (found.directory & pte::kFrame) | ((linear >> 10) & 0xFFC);
  found.table = memory_.read<std::uint32_t>(found.table_at);
  return (found.table & pte::kPresent) != 0;
}

/// SDM vol. 3, 4.6.
bool Mmu::permits(std::uint32_t entry, Privilege privilege, Access access) const {
  const bool user = privilege == Privilege::kUser;
  if (user && (entry & pte::kUser) == 0) {
    return false;
  }
  const bool obeys = user || write_protect_;
  return access == Access::kRead || !obeys || (entry & pte::kWritable) != 0;
}

/// Accessed and dirty bits (SDM vol. 3, 4.8), directory first, each written only if it changes.
void Mmu::mark_used(Walk& found, Access access) {
  const std::uint32_t last = pte::kAccessed | (access == Access::kWrite ? pte::kDirty : 0);
  const std::uint32_t directory = found.directory | (found.large ? last : pte::kAccessed);
  if (directory != found.directory) {
    memory_.write<std::uint32_t>(found.directory_at, directory);
    found.directory = directory;
  }
  if (found.large) {
    return;
  }
  const std::uint32_t table = found.table | last;
  if (table != found.table) {
    memory_.write<std::uint32_t>(found.table_at, table);
    found.table = table;
  }
}

bool Mmu::translate(std::uint32_t linear, Privilege privilege, Access access,
                    std::uint32_t& physical, std::uint32_t& error_code) {
  if (!paging_) {
    physical = linear;
    return true;
  }
  const std::uint32_t page = linear >> GuestMemory::kPageShift;
  const std::uint32_t wanted = pte::kPresent | (access == Access::kWrite ? pte::kDirty : 0);
  const std::uint32_t known = entries_[page];
  if ((known & wanted) != wanted || !permits(known, privilege, access)) {
    if (!refill(linear, privilege, access, error_code)) {
      return false;
    }
  }
  const std::uint32_t entry = entries_[page];
  fill_hosts(page, entry);
  physical = (entry & pte::kFrame) | (linear & GuestMemory::kPageMask);
  return true;
}

/// Walks the tables for one access and keeps the entry; a fault drops it (SDM vol. 3, 4.10.4.1).
bool Mmu::refill(std::uint32_t linear, Privilege privilege, Access access,
                 std::uint32_t& error_code) {
  const std::uint32_t page = linear >> GuestMemory::kPageShift;
  Walk found;
  error_code = access_code(privilege, access);
  bool permitted = walk(linear, found, error_code);
  if (permitted && !permits(found.entry(linear), privilege, access)) {
    error_code |= page_fault::kPresent;
    permitted = false;
  }
  if (permitted) {
    mark_used(found, access);
    remember(page, found.entry(linear));
  } else if ((entries_[page] & pte::kPresent) != 0) {
    forget(page);
  }
  return permitted;
}

void Mmu::remember(std::uint32_t page, std::uint32_t entry) {
  if ((entries_[page] & kListed) == 0) {
    used_.push_back(page);
  }
  entries_[page] = (global_pages_ ? entry : entry & ~pte::kGlobal) | kListed;
}

/// Every access the entry allows at the moment gets its host address, if the page is plain memory.
/// Writing waits for the dirty bit.
void Mmu::fill_hosts(std::uint32_t page, std::uint32_t entry) {
  const std::uint32_t frame = entry >> GuestMemory::kPageShift;
  std::uint8_t* readable = memory_.readable_pages()[frame];
  std::uint8_t* writable = (entry & pte::kDirty) != 0 ? memory_.writable_pages()[frame] : nullptr;
  for (const Privilege privilege : {Privilege::kSupervisor, Privilege::kUser}) {
    const Hosts& hosts = hosts_[static_cast<unsigned>(privilege)];
    hosts.readable[page] = permits(entry, privilege, Access::kRead) ? readable : nullptr;
    hosts.writable[page] = permits(entry, privilege, Access::kWrite) ? writable : nullptr;
  }
}

}  // namespace strata
