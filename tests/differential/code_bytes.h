// One instruction being put together.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <span>

namespace strata::test {

class CodeBytes {
 public:
  CodeBytes() = default;
  CodeBytes(std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) {
      add(byte);
    }
  }

  CodeBytes& add(std::uint32_t byte) {
    assert(size_ < bytes_.size());
    bytes_[size_++] = static_cast<std::uint8_t>(byte);
    return *this;
  }
  /// The low `count` bytes of `value`, little-endian.
  CodeBytes& add(std::uint32_t value, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
      add((value >> (8 * n)) & 0xFF);
    }
    return *this;
  }

  std::uint32_t size() const { return size_; }
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, 23> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace strata::test
