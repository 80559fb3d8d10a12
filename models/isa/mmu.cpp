#include "models/isa/mmu.h"

#include <algorithm>
#include <cassert>
#include <new>

#include "models/isa/cpu_state.h"
#include "models/isa/translation_source.h"

namespace strata {
namespace {

constexpr std::size_t kPages = std::size_t{1} << (32 - GuestMemory::kPageShift);
constexpr std::uint32_t kLargePages = 1u << 10;  // 4 KiB pages in one of 4 MiB
/// In entries_: the page is in used_, whether the entry is valid or not.
constexpr std::uint32_t kListed = 1u << 11;

}  // namespace

// calloc leaves what is never touched unbacked: only the pages in use cost memory.
template <typename T>
void Mmu::Table<T>::allocate() {
  items_.reset(static_cast<T*>(std::calloc(kPages, sizeof(T))));
  if (items_ == nullptr) {
    throw std::bad_alloc();
  }
}

void Mmu::set_source(TranslationSource& source, unsigned tlb_entries) {
  source_ = &source;
  write_protects_ = source.write_protects();
  most_ = tlb_entries;
  source.attach([this](std::uint32_t frame) { forget_frame(frame); });
  flush(true);
  source.reset(mode_);
}

// ---- control registers ----

void Mmu::allocate() {
  if (!mode_.on || entries_.get() != nullptr) {
    return;
  }
  entries_.allocate();
  for (Hosts& hosts : hosts_) {
    hosts.readable.allocate();
    hosts.writable.allocate();
  }
}

void Mmu::reset(std::uint32_t cr0, std::uint32_t cr3, std::uint32_t cr4) {
  flush(true);
  mode_ = {.on = (cr0 & cr0::kPg) != 0,
           .write_protect = family_ >= CpuFamily::k486 && (cr0 & cr0::kWp) != 0,
           .large_pages = (cr4 & cr4::kPse) != 0,
           .global_pages = (cr4 & cr4::kPge) != 0,
           .directory = cr3};
  allocate();
  if (source_ != nullptr) {
    source_->reset(mode_);
  }
}

/// A source's entries stand for what CR0.WP was, too.
void Mmu::change(const PagingMode& mode) {
  const bool changed = mode != mode_;
  mode_ = mode;
  allocate();
  if (source_ != nullptr && changed) {
    flush(true);
    source_->on_control(mode_);
  }
}

void Mmu::set_cr0(std::uint32_t value) {
  PagingMode mode = mode_;
  mode.on = (value & cr0::kPg) != 0;
  mode.write_protect = family_ >= CpuFamily::k486 && (value & cr0::kWp) != 0;
  if (mode.on != mode_.on) {
    flush(true);
  }
  if (mode.write_protect != mode_.write_protect) {
    for (const std::uint32_t page : used_) {
      hosts_[static_cast<unsigned>(Privilege::kSupervisor)].writable[page] = nullptr;
    }
  }
  change(mode);
}

void Mmu::set_cr3(std::uint32_t value) {
  mode_.directory = value;
  flush(false);
  if (source_ != nullptr) {
    source_->on_directory(mode_);
  }
}

void Mmu::set_cr4(std::uint32_t value) {
  PagingMode mode = mode_;
  mode.large_pages = (value & cr4::kPse) != 0;
  mode.global_pages = (value & cr4::kPge) != 0;
  if (mode != mode_) {
    flush(true);
  }
  change(mode);
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

void Mmu::forget_frame(std::uint32_t frame) {
  for (const std::uint32_t page : used_) {
    const std::uint32_t entry = entries_[page];
    if ((entry & pte::kPresent) != 0 && entry >> GuestMemory::kPageShift == frame) {
      forget(page);
    }
  }
}

void Mmu::flush(bool global_too) {
  ++generation_;
  std::rotate(used_.begin(), used_.begin() + static_cast<std::ptrdiff_t>(oldest_), used_.end());
  oldest_ = 0;
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
  if (!mode_.on) {
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
  if (source_ != nullptr) {
    source_->on_invalidate(linear);
  }
}

void Mmu::forget_writable(std::uint32_t frame) {
  for (const std::uint32_t page : used_) {
    if (entries_[page] >> GuestMemory::kPageShift != frame) continue;
    for (const Hosts& hosts : hosts_) hosts.writable[page] = nullptr;
  }
}

void Mmu::forget_hosts() {
  ++generation_;
  for (const std::uint32_t page : used_) {
    for (const Hosts& hosts : hosts_) {
      hosts.readable[page] = nullptr;
      hosts.writable[page] = nullptr;
    }
  }
}

// ---- translating ----

PageView Mmu::view(Privilege privilege) const {
  if (!mode_.on) {
    return {memory_.readable_pages(), memory_.writable_pages()};
  }
  if (source_ != nullptr) {
    return no_pages();
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

bool Mmu::permits(std::uint32_t entry, Privilege privilege, Access access) const {
  return strata::permits(entry, privilege, access, mode_.write_protect || write_protects_);
}

bool Mmu::translate(std::uint32_t linear, Privilege privilege, Access access,
                    std::uint32_t& physical, std::uint32_t& error_code) {
  if (!mode_.on) {
    physical = linear;
    return true;
  }
  if (source_ != nullptr) {
    ++counts_.lookups;
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

/// Gets the entry for one access and keeps it; a fault drops it (SDM vol. 3, 4.10.4.1).
bool Mmu::refill(std::uint32_t linear, Privilege privilege, Access access,
                 std::uint32_t& error_code) {
  const std::uint32_t page = linear >> GuestMemory::kPageShift;
  std::uint32_t entry = 0;
  const bool permitted = look_up(linear, privilege, access, entry, error_code);
  if (permitted) {
    remember(page, entry);
  } else if ((entries_[page] & pte::kPresent) != 0) {
    forget(page);
  }
  return permitted;
}

bool Mmu::look_up(std::uint32_t linear, Privilege privilege, Access access, std::uint32_t& entry,
                  std::uint32_t& error_code) {
  if (source_ != nullptr) {
    ++counts_.misses;
    return source_->find(linear, privilege, access, entry, error_code);
  }
  PageWalk found;
  error_code = access_code(privilege, access);
  const auto read = [this](std::uint32_t at) { return memory_.read<std::uint32_t>(at); };
  if (!walk_pages(mode_, linear, read, found, error_code)) {
    return false;
  }
  if (!permits(found.entry(linear), privilege, access)) {
    error_code |= page_fault::kPresent;
    return false;
  }
  mark_used(found, access, [this](std::uint32_t at, std::uint32_t value) {
    memory_.write<std::uint32_t>(at, value);
  });
  entry = found.entry(linear);
  return true;
}

/// An entry that has been forgotten keeps its place in the TLB until its turn comes.
void Mmu::make_room(std::uint32_t page) {
  std::uint32_t& oldest = used_[oldest_];
  forget(oldest);
  entries_[oldest] = 0;
  oldest = page;
  oldest_ = (oldest_ + 1) % used_.size();
  ++counts_.evictions;
}

void Mmu::remember(std::uint32_t page, std::uint32_t entry) {
  if ((entries_[page] & kListed) == 0) {
    if (most_ != 0 && used_.size() == most_) {
      make_room(page);
    } else {
      used_.push_back(page);
    }
  }
  entries_[page] = (mode_.global_pages ? entry : entry & ~pte::kGlobal) | kListed;
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
