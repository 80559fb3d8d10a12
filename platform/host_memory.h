// Page-aligned, zeroed memory of the host: RAM and ROM of a machine. KVM maps it into the guest, so
// it must not come from the heap; untouched pages cost nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace strata {

class HostMemory {
 public:
  /// Whether the memory can be mapped a second time (mremap(2)). That of its own has huge pages.
  enum class Mapping { kOwn, kShareable };

  /// `bytes` is rounded up to whole pages. Throws std::bad_alloc when the host has not that much.
  explicit HostMemory(std::size_t bytes, Mapping mapping = Mapping::kOwn);
  ~HostMemory();
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

  /// Zeroes all of it, as if it were new; what was in use costs nothing again.
  void clear();

  std::uint8_t* data() { return data_; }
  std::size_t size() const { return size_; }
  std::span<std::uint8_t> span() { return {data_, size_}; }

 private:
  std::uint8_t* data_;
  std::size_t size_;
  Mapping mapping_;
};

}  // namespace strata
