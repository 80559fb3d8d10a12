#include "models/engine/jit/code_buffer.h"

#include <sys/mman.h>

namespace strata::jit {

/// Shared memory without a name, which perf(1) takes for a translator's, mapped a second time
/// (mremap(2), a size of 0).
CodeBuffer::CodeBuffer(std::size_t bytes) : size_(bytes) {
  void* writable = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (writable == MAP_FAILED) return;
  writable_ = static_cast<std::uint8_t*>(writable);
  void* executable = mremap(writable, 0, bytes, MREMAP_MAYMOVE);
  if (executable == MAP_FAILED) return;
  if (mprotect(executable, bytes, PROT_READ | PROT_EXEC) != 0) {
    munmap(executable, bytes);
    return;
  }
  executable_ = static_cast<const std::uint8_t*>(executable);
}

CodeBuffer::~CodeBuffer() {
  if (writable_ != nullptr) munmap(writable_, size_);
  if (executable_ != nullptr) munmap(const_cast<std::uint8_t*>(executable_), size_);
}

}  // namespace strata::jit
