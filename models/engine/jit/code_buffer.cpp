#include "models/engine/jit/code_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include "models/base/file_descriptor.h"

namespace strata::jit {

CodeBuffer::CodeBuffer(std::size_t bytes) : size_(bytes) {
  const FileDescriptor file(memfd_create("strata-code", MFD_CLOEXEC));
  if (file.get() < 0 || ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) return;
  void* writable = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (writable == MAP_FAILED) return;
  writable_ = static_cast<std::uint8_t*>(writable);
  void* executable = mmap(nullptr, bytes, PROT_READ | PROT_EXEC, MAP_SHARED, file.get(), 0);
  if (executable != MAP_FAILED) executable_ = static_cast<const std::uint8_t*>(executable);
}

CodeBuffer::~CodeBuffer() {
  if (writable_ != nullptr) munmap(writable_, size_);
  if (executable_ != nullptr) munmap(const_cast<std::uint8_t*>(executable_), size_);
}

}  // namespace strata::jit
