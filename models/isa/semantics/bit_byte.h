// Bit and byte instructions (SDM vol. 1, 7.3.7): BT BTS BTR BTC BSF BSR SETcc. BTx change CF only,
// BSx ZF only; the other flags are undefined and stay.
#pragma once

#include <bit>

#include "models/isa/semantics/conditions.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

struct BitTest {
  static constexpr bool kStores = false;
  template <typename T>
  static T apply(T value, T) {
    return value;
  }
};

struct BitSet {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(T value, T bit) {
    return static_cast<T>(value | bit);
  }
};

struct BitReset {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(T value, T bit) {
    return static_cast<T>(value & ~bit);
  }
};

struct BitComplement {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(T value, T bit) {
    return static_cast<T>(value ^ bit);
  }
};

template <class Op, typename T>
T test_bit(LazyFlags& flags, T value, unsigned number) {
  const T bit = static_cast<T>(T{1} << (number % kBitsOf<T>));
  flags.set_cf((value & bit) != 0);
  return Op::apply(value, bit);
}

/// The bit of a memory operand at `offset`: read, or read and written.
template <class Op, typename T>
Outcome test_memory_bit(Processor& p, const Instruction& i, std::uint32_t offset, unsigned number) {
  if constexpr (Op::kStores) {
    Location<T> at;
    if (!p.locate<T>(i.segment, offset, at)) {
      return Outcome::kFault;
    }
    p.store<T>(at, test_bit<Op, T>(p.flags, p.load<T>(at), number));
  } else {
    T value;
    if (!p.read<T>(i.segment, offset, value)) {
      return Outcome::kFault;
    }
    test_bit<Op, T>(p.flags, value, number);
  }
  return Outcome::kDone;
}

/// op r/m, imm8: the bit number wraps in the operand.
template <class Op>
struct BitImm {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    if constexpr (kMemory) {
      return test_memory_bit<Op, T>(p, i, p.effective_address(i), i.immediate);
    } else {
      const T result = test_bit<Op, T>(p.flags, p.reg<T>(i.rm), i.immediate);
      p.set_reg<T>(i.rm, result);
      return Outcome::kDone;
    }
  }
};

/// op r/m, r: in memory the register is a signed bit offset into a string of operands.
template <class Op>
struct BitReg {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    const T number = p.reg<T>(i.reg);
    if constexpr (kMemory) {
      const auto index = static_cast<std::int32_t>(sign_extend(number));
      const auto words = static_cast<std::uint32_t>(index >> (sizeof(T) == 2 ? 4 : 5));
      const std::uint32_t offset =
          (p.effective_address(i) + words * static_cast<std::uint32_t>(sizeof(T))) & i.address_mask;
      return test_memory_bit<Op, T>(p, i, offset, number);
    } else {
      const T result = test_bit<Op, T>(p.flags, p.reg<T>(i.rm), number);
      p.set_reg<T>(i.rm, result);
      return Outcome::kDone;
    }
  }
};

/// BSF (from the lowest bit) and BSR (from the highest): a zero source leaves the destination
/// alone.
template <bool kReverse>
struct BitScan {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T source;
    if (!read_rm<T, kMemory>(p, i, source)) {
      return Outcome::kFault;
    }
    if (source != 0) {
      const int found = kReverse ? static_cast<int>(kBitsOf<T>) - 1 - std::countl_zero(source)
                                 : std::countr_zero(source);
      p.set_reg<T>(i.reg, static_cast<T>(found));
    }
    p.flags.set_zf(source == 0);
    return Outcome::kDone;
  }
};

/// SETcc r/m8
template <unsigned kCondition>
struct SetIf {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return write_rm<T, kMemory>(p, i, holds<kCondition>(p.flags) ? T{1} : T{0});
  }
};

}  // namespace strata::semantics
