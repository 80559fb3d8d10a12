#include "platform/host_memory.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace strata {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

HostMemory::HostMemory(std::size_t bytes) : size_((bytes + kPage - 1) / kPage * kPage) {
  void* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::uint8_t*>(memory);
}

HostMemory::~HostMemory() {
  ::munmap(data_, size_);
}

// Private anonymous pages that are given back read as zeroes (madvise(2), MADV_DONTNEED).
void HostMemory::clear() {
  if (::madvise(data_, size_, MADV_DONTNEED) != 0) std::memset(data_, 0, size_);
}

}  // namespace strata
