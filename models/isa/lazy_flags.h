// The six status flags, kept as what they follow from (the last result and its carries) instead of
// as bits: most are overwritten before anyone reads them, and every flag and condition is a few
// operations without a branch when someone does (SDM vol. 1, 3.4.3.1).
#pragma once

#include <cstdint>
#include <type_traits>

#include "models/isa/cpu_state.h"

namespace strata {

template <typename T>
inline constexpr unsigned kBitsOf = sizeof(T) * 8;

/// Sign extension of an 8-, 16- or 32-bit value to 32 bits.
template <typename T>
constexpr std::uint32_t sign_extend(T value) {
  return static_cast<std::uint32_t>(
      static_cast<std::int32_t>(static_cast<std::make_signed_t<T>>(value)));
}

template <typename T>
constexpr bool msb(T value) {
  return ((value >> (kBitsOf<T> - 1)) & 1) != 0;
}

/// Whether the low eight bits of `value` hold an even number of ones (PF).
constexpr bool even_parity(std::uint32_t value) {
  return ((0x9669u >> ((value ^ (value >> 4)) & 15)) & 1) != 0;
}

class LazyFlags {
 public:
  bool cf() const { return (carries_ >> 31) != 0; }
  bool pf() const { return even_parity(result_ ^ (carries_ >> kParityShift)); }
  bool af() const { return (carries_ & kAuxiliary) != 0; }
  bool zf() const { return result_ == 0; }
  bool sf() const { return (((result_ >> 31) ^ carries_) & 1) != 0; }
  bool of() const { return ((carries_ ^ (carries_ << 1)) >> 31) != 0; }

  /// The status flags at their places in EFLAGS, all other bits zero.
  std::uint32_t status() const {
    return (cf() ? eflags::kCf : 0) | (pf() ? eflags::kPf : 0) | (af() ? eflags::kAf : 0) |
           (zf() ? eflags::kZf : 0) | (sf() ? eflags::kSf : 0) | (of() ? eflags::kOf : 0);
  }

  /// Takes all six from an EFLAGS image.
  void set_status(std::uint32_t image) {
    const bool carry = (image & eflags::kCf) != 0;
    result_ = (image & eflags::kZf) != 0 ? 0 : 0x100;
    carries_ = ((image & eflags::kSf) != 0 ? kSignDelta : 0) |
               ((image & eflags::kPf) != 0 ? 0 : 1u << kParityShift) |
               ((image & eflags::kAf) != 0 ? kAuxiliary : 0);
    set_cf_of(carry, (image & eflags::kOf) != 0);
  }

  /// After `result = a + b (+ carry)`.
  template <typename T>
  void set_add(T a, T b, T result) {
    set_carries(static_cast<T>((a & b) | ((a | b) & ~result)), result);
  }

  /// After `result = a - b (- borrow)`.
  template <typename T>
  void set_subtract(T a, T b, T result) {
    set_carries(static_cast<T>((~a & b) | ((~a | b) & result)), result);
  }

  /// SF, ZF and PF from `result`; CF, OF and AF cleared.
  template <typename T>
  void set_logic(T result) {
    result_ = sign_extend(result);
    carries_ = 0;
  }

  /// SF, ZF and PF from `result`, the rest as told.
  template <typename T>
  void set(T result, bool cf, bool of, bool af) {
    result_ = sign_extend(result);
    carries_ = af ? kAuxiliary : 0;
    set_cf_of(cf, of);
  }

  void set_cf(bool cf) { set_cf_of(cf, of()); }

  void set_cf_of(bool cf, bool of) {
    carries_ = (carries_ & ~kTop) | (cf ? 1u << 31 : 0) | (cf != of ? 1u << 30 : 0);
  }

  void set_zf(bool zf) {
    const std::uint32_t image = status() & ~eflags::kZf;
    set_status(image | (zf ? eflags::kZf : 0));
  }

 private:
  static constexpr std::uint32_t kTop = 3u << 30;
  static constexpr std::uint32_t kAuxiliary = 1u << 3;
  static constexpr std::uint32_t kSignDelta = 1u << 0;
  static constexpr unsigned kParityShift = 8;

  template <typename T>
  void set_carries(T carries, T result) {
    result_ = sign_extend(result);
    carries_ = ((static_cast<std::uint32_t>(carries) << (32 - kBitsOf<T>)) & kTop) |
               (carries & kAuxiliary);
  }

  std::uint32_t result_ = 0x100;
  /// Bit 31: carry out of the top bit; bit 30: carry into it; bit 3: carry out of bit 3. Only
  /// set_status() uses the rest: bit 0 inverts SF, bits 15:8 are exclusive-ored into PF's byte.
  std::uint32_t carries_ = 1u << kParityShift;
};

}  // namespace strata
