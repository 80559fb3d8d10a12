// Shifts and rotates (SDM vol. 1, 7.3.6). Counts are taken modulo 32 (SDM vol. 2, SAL/SAR/SHL/SHR);
// a count of zero changes no flag. Flags the manual leaves undefined are the same as in the RTL
// CPU: AF is cleared by shifts, OF follows the one-bit rule for every count (but SAR and SHRD/SHLD
// as below).
#pragma once

#include "models/isa/semantics/operands.h"

namespace strata::semantics {

template <typename T>
bool second_bit(T value) {
  return ((value >> (kBitsOf<T> - 2)) & 1) != 0;
}

struct Shl {
  template <typename T>
  static T apply(LazyFlags& flags, T value, unsigned count) {
    const std::uint64_t shifted = std::uint64_t{value} << count;
    const T result = static_cast<T>(shifted);
    const bool cf = ((shifted >> kBitsOf<T>)&1) != 0;
    flags.set(result, cf, msb(result) != cf, false);
    return result;
  }
};

struct Shr {
  template <typename T>
  static T apply(LazyFlags& flags, T value, unsigned count) {
    const std::uint64_t wide = value;
    const T result = static_cast<T>(wide >> count);
    flags.set(result, ((wide >> (count - 1)) & 1) != 0, msb(result) != second_bit(result), false);
    return result;
  }
};

struct Sar {
  template <typename T>
  static T apply(LazyFlags& flags, T value, unsigned count) {
    const std::int64_t wide = static_cast<std::make_signed_t<T>>(value);
    const T result = static_cast<T>(wide >> count);
    flags.set(result, ((wide >> (count - 1)) & 1) != 0, false, false);
    return result;
  }
};

struct Rol {
  template <typename T>
  static T apply(LazyFlags& flags, T value, unsigned count) {
    const unsigned by = count % kBitsOf<T>;
    const T result = static_cast<T>(value << by | std::uint64_t{value} >> (kBitsOf<T> - by));
    const bool cf = (result & 1) != 0;
    flags.set_cf_of(cf, msb(result) != cf);
    return result;
  }
};

struct Ror {
  template <typename T>
  static T apply(LazyFlags& flags, T value, unsigned count) {
    const unsigned by = count % kBitsOf<T>;
    const T result = static_cast<T>(value >> by | std::uint64_t{value} << (kBitsOf<T> - by));
    flags.set_cf_of(msb(result), msb(result) != second_bit(result));
    return result;
  }
};

/// Rotates the operand with CF on top of it: one bit more than T has, so counts wrap there.
struct Rcl {
  template <typename T>
  static T apply(LazyFlags& flags, T value, unsigned count) {
    const unsigned by = count % (kBitsOf<T> + 1);
    if (by == 0) {
      return value;
    }
    const std::uint64_t ring = std::uint64_t{flags.cf()} << kBitsOf<T> | value;
    const std::uint64_t turned = ring << by | ring >> (kBitsOf<T> + 1 - by);
    const T result = static_cast<T>(turned);
    const bool cf = ((turned >> kBitsOf<T>)&1) != 0;
    flags.set_cf_of(cf, msb(result) != cf);
    return result;
  }
};

struct Rcr {
  template <typename T>
  static T apply(LazyFlags& flags, T value, unsigned count) {
    const unsigned by = count % (kBitsOf<T> + 1);
    if (by == 0) {
      return value;
    }
    const std::uint64_t ring = std::uint64_t{flags.cf()} << kBitsOf<T> | value;
    const std::uint64_t turned = ring >> by | ring << (kBitsOf<T> + 1 - by);
    const T result = static_cast<T>(turned);
    flags.set_cf_of(((turned >> kBitsOf<T>)&1) != 0, msb(result) != second_bit(result));
    return result;
  }
};

template <class Op, typename T>
T shift(Processor& p, T value, unsigned count) {
  return count == 0 ? value : Op::apply(p.flags, value, count);
}

/// op r/m, 1
template <class Op>
struct ShiftOne {
  template <typename T>
  static T change(Processor& p, const Instruction&, T value) {
    return shift<Op>(p, value, 1);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return change_rm<ShiftOne, T, kMemory>(p, i);
  }
};

/// op r/m, imm8
template <class Op>
struct ShiftImm {
  template <typename T>
  static T change(Processor& p, const Instruction& i, T value) {
    return shift<Op>(p, value, i.immediate & 31);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return change_rm<ShiftImm, T, kMemory>(p, i);
  }
};

/// op r/m, CL
template <class Op>
struct ShiftCl {
  template <typename T>
  static T change(Processor& p, const Instruction&, T value) {
    return shift<Op>(p, value, p.gpr[kEcx] & 31);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return change_rm<ShiftCl, T, kMemory>(p, i);
  }
};

/// SHLD. A 16-bit operand with a count over 16, which the manual leaves undefined, goes on into
/// the destination again.
struct Shld {
  template <typename T>
  static T apply(LazyFlags& flags, T value, T source, unsigned count) {
    constexpr unsigned kTop = sizeof(T) == 2 ? 48 : 64;
    const std::uint64_t pair = std::uint64_t{value} << kBitsOf<T> | source;
    const std::uint64_t wide = sizeof(T) == 2 ? pair << 16 | value : pair;
    const T result = static_cast<T>((wide << count) >> (kTop - kBitsOf<T>));
    const bool cf = ((wide >> (kTop - count)) & 1) != 0;
    flags.set(result, cf, msb(result) != msb(value), false);
    return result;
  }
};

struct Shrd {
  template <typename T>
  static T apply(LazyFlags& flags, T value, T source, unsigned count) {
    const std::uint64_t pair = std::uint64_t{source} << kBitsOf<T> | value;
    const std::uint64_t wide = sizeof(T) == 2 ? std::uint64_t{value} << 32 | pair : pair;
    const T result = static_cast<T>(wide >> count);
    flags.set(result, ((wide >> (count - 1)) & 1) != 0, msb(result) != msb(value), false);
    return result;
  }
};

template <class Op, typename T, bool kMemory>
Outcome double_shift(Processor& p, const Instruction& i, unsigned count) {
  const T source = p.reg<T>(i.reg);
  return modify_rm<T, kMemory>(
      p, i, [&](T value) { return count == 0 ? value : Op::apply(p.flags, value, source, count); });
}

/// op r/m, r, imm8
template <class Op>
struct DoubleShiftImm {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return double_shift<Op, T, kMemory>(p, i, i.immediate & 31);
  }
};

/// op r/m, r, CL
template <class Op>
struct DoubleShiftCl {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return double_shift<Op, T, kMemory>(p, i, p.gpr[kEcx] & 31);
  }
};

}  // namespace strata::semantics
