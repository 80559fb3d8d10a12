#include "platform/host_memory.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace strata {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

HostMemory::HostMemory(std::size_t bytes, Mapping mapping)
    : size_((bytes + kPage - 1) / kPage * kPage), mapping_(mapping) {
  const int sharing = mapping == Mapping::kOwn ? MAP_PRIVATE : MAP_SHARED;
  void* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                        sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::uint8_t*>(memory);
}

HostMemory::~HostMemory() {
  ::munmap(data_, size_);
}

// Anonymous pages that are given back read as zeroes (madvise(2)), shared ones when they are
// removed from what stands behind the mapping.
void HostMemory::clear() {
  const int advice = mapping_ == Mapping::kOwn ? MADV_DONTNEED : MADV_REMOVE;
  if (::madvise(data_, size_, advice) != 0) std::memset(data_, 0, size_);
}

}  // namespace strata
