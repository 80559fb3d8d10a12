// FNV-1a, 64 bits (Fowler, Noll, Vo): tells contents apart that nobody has made to look alike.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace strata {

class Fnv1a {
 public:
  void add(std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001B3;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325;
};

}  // namespace strata
