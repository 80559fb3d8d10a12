// Memory for translated code, mapped twice: once to be written, once to be executed, so that no
// page is ever both (W^X).
#pragma once

#include <cstddef>
#include <cstdint>

namespace strata::jit {

class CodeBuffer {
 public:
  /// `bytes`: a multiple of the host's page size. failed() if the host gives none.
  explicit CodeBuffer(std::size_t bytes);
  ~CodeBuffer();
  CodeBuffer(const CodeBuffer&) = delete;
  CodeBuffer& operator=(const CodeBuffer&) = delete;

  bool failed() const { return executable_ == nullptr; }
  std::uint8_t* writable() { return writable_; }
  std::size_t size() const { return size_; }

  /// Where code `offset` bytes into the buffer is executed.
  const std::uint8_t* executable(std::size_t offset) const { return executable_ + offset; }
  bool holds(const std::uint8_t* address) const {
    return address >= executable_ && address < executable_ + size_;
  }
  std::size_t offset_of(const std::uint8_t* address) const {
    return static_cast<std::size_t>(address - executable_);
  }

 private:
  std::size_t size_;
  std::uint8_t* writable_ = nullptr;
  const std::uint8_t* executable_ = nullptr;
};

}  // namespace strata::jit
