#include "models/engine/jit/guest_window.h"

#include <sys/mman.h>

namespace strata::jit {
namespace {

constexpr std::size_t kGuestBytes = std::size_t{1} << 32;
constexpr std::size_t kMargin = std::size_t{1} << 31;
constexpr std::size_t kPage = 4096;

}  // namespace

GuestWindow::GuestWindow(std::span<const MemoryRegion> regions) {
  void* reserved = mmap(nullptr, kMargin + kGuestBytes + kMargin, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return;
  reserved_ = static_cast<std::uint8_t*>(reserved);
  base_ = reserved_ + kMargin;
  for (const MemoryRegion& region : regions) {
    // A size of 0 maps shared pages a second time (mremap(2)); of others the call says no. Moved
    // into place only then: a call that fails there would leave a hole for anybody's memory.
    void* twin = mremap(region.host, 0, region.size, MREMAP_MAYMOVE);
    if (twin == MAP_FAILED) continue;
    if (!region.writable) mprotect(twin, region.size, PROT_READ);
    void* placed =
        mremap(twin, region.size, region.size, MREMAP_MAYMOVE | MREMAP_FIXED, base_ + region.base);
    if (placed == MAP_FAILED) {
      munmap(twin, region.size);
      continue;
    }
    regions_.push_back(region);
  }
}

GuestWindow::~GuestWindow() {
  if (reserved_ != nullptr) munmap(reserved_, kMargin + kGuestBytes + kMargin);
}

void GuestWindow::guard(const std::uint8_t* page, bool guarded) {
  for (const MemoryRegion& region : regions_) {
    const bool inside = page >= region.host && page < region.host + region.size;
    if (!inside || !region.writable) continue;
    mprotect(base_ + region.base + (page - region.host), kPage,
             guarded ? PROT_READ : PROT_READ | PROT_WRITE);
  }
}

}  // namespace strata::jit
