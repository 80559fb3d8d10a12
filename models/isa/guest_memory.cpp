#include "models/isa/guest_memory.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <new>

namespace strata {
namespace {

constexpr std::size_t kPages = std::size_t{1} << (32 - GuestMemory::kPageShift);

/// Physical address of byte `done` of an access.
std::uint32_t address_in(const GuestMemory::Place& place, unsigned done) {
  const std::uint32_t in_first =
      GuestMemory::kPageMask + 1 - (place.first & GuestMemory::kPageMask);
  return done < in_first ? place.first + done : place.second + (done - in_first);
}

}  // namespace

void GuestMemory::FreePages::operator()(Page* pages) const {
  std::free(pages);
}

// calloc leaves pages of the tables that are never touched unbacked; new[] would write all 16 MiB.
GuestMemory::GuestMemory(EngineBus& bus)
    : bus_(bus),
      readable_(static_cast<Page*>(std::calloc(kPages, sizeof(Page)))),
      writable_(static_cast<Page*>(std::calloc(kPages, sizeof(Page)))) {
  if (readable_ == nullptr || writable_ == nullptr) {
    throw std::bad_alloc();
  }
}

void GuestMemory::map(std::uint32_t base, std::uint64_t size, std::uint8_t* host, bool writable) {
  assert((base & kPageMask) == 0 && (size & kPageMask) == 0 && base + size <= (1ull << 32));
  assert(a20_open());
  mapped_.push_back({base, size, host, writable});
  place(mapped_.back());
}

void GuestMemory::place(const MappedRegion& region) {
  regions_.push_back({region.base, region.size, region.host});
  for (std::uint64_t offset = 0; offset < region.size; offset += kPageMask + 1) {
    const std::size_t page = (region.base + offset) >> kPageShift;
    readable_[page] = region.host + offset;
    writable_[page] = region.writable ? region.host + offset : nullptr;
  }
}

void GuestMemory::set_a20(bool open) {
  if (open == a20_open()) return;
  for (const Region& region : regions_) {
    const std::size_t first = region.base >> kPageShift;
    const std::size_t pages = region.size >> kPageShift;
    std::fill_n(&readable_[first], pages, nullptr);
    std::fill_n(&writable_[first], pages, nullptr);
  }
  regions_.clear();
  a20_mask_ = open ? ~0u : ~kA20;
  if (open) {
    for (const MappedRegion& region : mapped_) place(region);
  } else {
    close_a20();
  }
  for (const std::uint32_t page : protected_) {
    writable_[page] = nullptr;
    if (!open) writable_[page | kA20 >> kPageShift] = nullptr;
  }
}

/// Each even MiB is seen at the odd one behind it too, which nobody sees.
void GuestMemory::close_a20() {
  for (const MappedRegion& region : mapped_) {
    for (std::uint64_t offset = 0; offset < region.size;) {
      const auto base = static_cast<std::uint32_t>(region.base + offset);
      const std::uint64_t piece = std::min<std::uint64_t>(region.size - offset, kA20 - base % kA20);
      if ((base & kA20) == 0) {
        const Page host = region.host + offset;
        place({base, piece, host, region.writable});
        place({base | kA20, piece, host, region.writable});
      }
      offset += piece;
    }
  }
}

void GuestMemory::protect(std::uint32_t page) {
  assert(is_plain(page) && trap_ != nullptr);
  protected_.insert(page);
  writable_[page] = nullptr;
}

void GuestMemory::unprotect(std::uint32_t page) {
  if (protected_.erase(page) != 0) {
    writable_[page] = readable_[page];
  }
}

const GuestMemory::Region* GuestMemory::region_of(std::uint32_t physical) const {
  for (const Region& region : regions_) {
    if (physical >= region.base && physical - region.base < region.size) {
      return &region;
    }
  }
  return nullptr;
}

std::uint32_t GuestMemory::read(const Place& place, unsigned bytes) {
  std::uint32_t value = 0;
  for (unsigned done = 0; done < bytes;) {
    const std::uint32_t address = address_in(place, done);
    const unsigned piece = bus_piece(address, bytes - done);
    value |= low_bytes(read_piece(address, piece), piece) << (8 * done);
    done += piece;
  }
  return value;
}

void GuestMemory::write(const Place& place, unsigned bytes, std::uint32_t value) {
  for (unsigned done = 0; done < bytes;) {
    const std::uint32_t address = address_in(place, done);
    const unsigned piece = bus_piece(address, bytes - done);
    write_piece(address, piece, low_bytes(value >> (8 * done), piece));
    done += piece;
  }
}

std::uint32_t GuestMemory::read_piece(std::uint32_t physical, unsigned bytes) {
  physical &= a20_mask_;
  const std::uint8_t* host = at(readable_[physical >> kPageShift], physical);
  if (host == nullptr) {
    ++device_accesses_;
    return bus_.mmio_read(physical, bytes);
  }
  std::uint32_t value = 0;
  std::memcpy(&value, host, bytes);
  return value;
}

void GuestMemory::write_piece(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  physical &= a20_mask_;
  std::uint8_t* host = at(writable_[physical >> kPageShift], physical);
  if (host == nullptr && guard_ != nullptr) {
    const Page page = guarded_page(physical);
    host = at(page, physical);
    if (page != nullptr) guard_->on_code_write(page, physical & kPageMask, bytes);
  }
  if (host == nullptr && is_protected(physical >> kPageShift)) {
    trap_->on_write(physical, bytes, value);
  } else if (host == nullptr) {
    ++device_accesses_;
    bus_.mmio_write(physical, bytes, value);
  } else {
    std::memcpy(host, &value, bytes);
  }
}

// ---- code ----

void GuestMemory::set_guard(CodeGuard& guard) {
  guard_ = &guard;
  guarded_.resize(kPages);
}

/// False where nothing changes: another region is in front, or the page cannot be written anyway.
bool GuestMemory::set_guarded(std::uint32_t number, const std::uint8_t* page, bool guarded) {
  if (readable_[number] != page || guarded_[number] == guarded) return false;
  if (guarded && writable_[number] == nullptr) return false;
  writable_[number] = guarded ? nullptr : readable_[number];
  guarded_[number] = guarded;
  return true;
}

std::uint8_t* GuestMemory::guarded_page(std::uint32_t physical) const {
  const std::uint32_t number = physical >> kPageShift;
  return guarded_[number] ? readable_[number] : nullptr;
}

void GuestMemory::note_written(std::uint32_t physical, std::uint32_t bytes) {
  for (std::uint32_t done = 0; guard_ != nullptr && done < bytes;) {
    const std::uint32_t address = physical + done;
    const std::uint32_t piece = std::min(bytes - done, kPageMask + 1 - (address & kPageMask));
    if (const Page page = guarded_page(address)) {
      guard_->on_code_write(page, address & kPageMask, piece);
    }
    done += piece;
  }
}

std::uint32_t GuestMemory::port_read(std::uint16_t port, unsigned bytes) {
  std::uint32_t value = 0;
  for (unsigned done = 0; done < bytes;) {
    const std::uint16_t address = static_cast<std::uint16_t>(port + done);
    const unsigned piece = bus_piece(address, bytes - done);
    ++port_accesses_;
    value |= low_bytes(bus_.port_read(address, piece), piece) << (8 * done);
    done += piece;
  }
  return value;
}

void GuestMemory::port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) {
  for (unsigned done = 0; done < bytes;) {
    const std::uint16_t address = static_cast<std::uint16_t>(port + done);
    const unsigned piece = bus_piece(address, bytes - done);
    ++port_accesses_;
    bus_.port_write(address, piece, low_bytes(value >> (8 * done), piece));
    done += piece;
  }
}

}  // namespace strata
