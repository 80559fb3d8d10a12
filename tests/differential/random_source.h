// A small, fast random number generator (xorshift64*, seeded through splitmix64) whose whole
// sequence follows from one number, and the values instructions like least.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace strata::test {

class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) {
    std::uint64_t mixed = seed + 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    state_ = (mixed ^ (mixed >> 31)) | 1;
  }

  std::uint32_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1D) >> 32);
  }

  /// Uniform in 0 .. limit - 1.
  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>((std::uint64_t{next()} * limit) >> 32);
  }

  bool one_in(std::uint32_t n) { return below(n) == 0; }

  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<std::uint32_t>(choices.size()))];
  }

  /// An operand: near an edge of one of the operand sizes, small, a run of ones, or anything.
  std::uint32_t operand() {
    static constexpr std::array<std::uint32_t, 16> kEdges = {
        0,      1,       0x7F,       0x80,       0xFF,       0x100,      0x7FFF,     0x8000,
        0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFF80, 0xFFFF8000, 0x55555555};
    switch (below(4)) {
      case 0: return kEdges[below(kEdges.size())] + below(3) - 1;
      case 1: return below(64);
      case 2: return (0xFFFFFFFFu >> below(32)) << below(32);
      default: return next();
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace strata::test
