// Binary arithmetic (SDM vol. 1, 7.3.2; vol. 2 under each name): ADD ADC SUB SBB CMP INC DEC NEG
// MUL IMUL DIV IDIV. The two-operand operations here and in logical.h are functions of the flags
// and two values; the classes at the end give them their operand forms.
#pragma once

#include <cstdint>

#include "models/isa/semantics/operands.h"

namespace strata::semantics {

struct Add {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(LazyFlags& flags, T a, T b) {
    const T result = static_cast<T>(a + b);
    flags.set_add(a, b, result);
    return result;
  }
};

struct Adc {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(LazyFlags& flags, T a, T b) {
    const T result = static_cast<T>(a + b + (flags.cf() ? 1 : 0));
    flags.set_add(a, b, result);
    return result;
  }
};

struct Sub {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(LazyFlags& flags, T a, T b) {
    const T result = static_cast<T>(a - b);
    flags.set_subtract(a, b, result);
    return result;
  }
};

struct Sbb {
  static constexpr bool kStores = true;
  template <typename T>
  static T apply(LazyFlags& flags, T a, T b) {
    const T result = static_cast<T>(a - b - (flags.cf() ? 1 : 0));
    flags.set_subtract(a, b, result);
    return result;
  }
};

struct Cmp : Sub {
  static constexpr bool kStores = false;
};

/// INC and DEC leave CF alone.
struct Inc {
  template <typename T>
  static T apply(LazyFlags& flags, T a) {
    const bool cf = flags.cf();
    const T result = static_cast<T>(a + 1);
    flags.set_add<T>(a, 1, result);
    flags.set_cf(cf);
    return result;
  }
};

struct Dec {
  template <typename T>
  static T apply(LazyFlags& flags, T a) {
    const bool cf = flags.cf();
    const T result = static_cast<T>(a - 1);
    flags.set_subtract<T>(a, 1, result);
    flags.set_cf(cf);
    return result;
  }
};

struct Neg {
  template <typename T>
  static T apply(LazyFlags& flags, T a) {
    const T result = static_cast<T>(0 - a);
    flags.set_subtract<T>(0, a, result);
    return result;
  }
};

// ---- operand forms of two-operand operations ----

/// op r/m, r
template <class Op>
struct RmReg {
  template <typename T>
  static void take(Processor& p, const Instruction& i, T value) {
    Op::apply(p.flags, value, p.reg<T>(i.reg));
  }
  template <typename T>
  static T change(Processor& p, const Instruction& i, T value) {
    return Op::apply(p.flags, value, p.reg<T>(i.reg));
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    if constexpr (Op::kStores) {
      return change_rm<RmReg, T, kMemory>(p, i);
    } else {
      return take_rm<RmReg, T, kMemory>(p, i);
    }
  }
};

/// op r, r/m
template <class Op>
struct RegRm {
  template <typename T>
  static void take(Processor& p, const Instruction& i, T value) {
    const T result = Op::apply(p.flags, p.reg<T>(i.reg), value);
    if constexpr (Op::kStores) {
      p.set_reg<T>(i.reg, result);
    }
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return take_rm<RegRm, T, kMemory>(p, i);
  }
};

/// op r/m, imm
template <class Op>
struct RmImm {
  template <typename T>
  static void take(Processor& p, const Instruction& i, T value) {
    Op::apply(p.flags, value, static_cast<T>(i.immediate));
  }
  template <typename T>
  static T change(Processor& p, const Instruction& i, T value) {
    return Op::apply(p.flags, value, static_cast<T>(i.immediate));
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    if constexpr (Op::kStores) {
      return change_rm<RmImm, T, kMemory>(p, i);
    } else {
      return take_rm<RmImm, T, kMemory>(p, i);
    }
  }
};

/// op AL/AX/EAX, imm
template <class Op>
struct AccImm {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    const T result = Op::apply(p.flags, p.reg<T>(kEax), static_cast<T>(i.immediate));
    if constexpr (Op::kStores) {
      p.set_reg<T>(kEax, result);
    }
    return Outcome::kDone;
  }
};

/// op r/m
template <class Op>
struct UnaryRm {
  template <typename T>
  static T change(Processor& p, const Instruction&, T value) {
    return Op::apply(p.flags, value);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return change_rm<UnaryRm, T, kMemory>(p, i);
  }
};

/// op r, the register in the opcode
template <class Op>
struct UnaryReg {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    p.set_reg<T>(i.reg, Op::apply(p.flags, p.reg<T>(i.reg)));
    return Outcome::kDone;
  }
};

// ---- multiplication and division ----

/// Twice as wide as T, for products and dividends.
template <typename T>
using Wide = std::conditional_t<sizeof(T) == 1, std::uint16_t,
                                std::conditional_t<sizeof(T) == 2, std::uint32_t, std::uint64_t>>;

template <typename T>
std::int64_t as_signed(T value) {
  return static_cast<std::make_signed_t<T>>(value);
}

/// AX, DX:AX or EDX:EAX.
template <typename T>
Wide<T> double_accumulator(const Processor& p) {
  if constexpr (sizeof(T) == 1) {
    return p.reg<std::uint16_t>(kEax);
  } else {
    return static_cast<Wide<T>>(Wide<T>{p.reg<T>(kEdx)} << kBitsOf<T> | p.reg<T>(kEax));
  }
}

template <typename T>
void set_double_accumulator(Processor& p, T high, T low) {
  if constexpr (sizeof(T) == 1) {
    p.set_reg<std::uint16_t>(kEax, static_cast<std::uint16_t>(high << 8 | low));
  } else {
    p.set_reg<T>(kEax, low);
    p.set_reg<T>(kEdx, high);
  }
}

/// CF and OF tell that the low half does not hold the product; SF, ZF, PF and AF are undefined and
/// follow the low half here (AF: zero).
template <typename T>
void set_product_flags(LazyFlags& flags, T low, bool overflow) {
  flags.set(low, overflow, overflow, false);
}

/// MUL r/m
struct Mul {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T source;
    if (!read_rm<T, kMemory>(p, i, source)) {
      return Outcome::kFault;
    }
    const Wide<T> product = static_cast<Wide<T>>(Wide<T>{p.reg<T>(kEax)} * Wide<T>{source});
    const T low = static_cast<T>(product);
    const T high = static_cast<T>(product >> kBitsOf<T>);
    set_double_accumulator<T>(p, high, low);
    set_product_flags(p.flags, low, high != 0);
    return Outcome::kDone;
  }
};

/// IMUL r/m
struct ImulAcc {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T source;
    if (!read_rm<T, kMemory>(p, i, source)) {
      return Outcome::kFault;
    }
    const std::int64_t product = as_signed(p.reg<T>(kEax)) * as_signed(source);
    const T low = static_cast<T>(product);
    set_double_accumulator<T>(p, static_cast<T>(product >> kBitsOf<T>), low);
    set_product_flags(p.flags, low, as_signed(low) != product);
    return Outcome::kDone;
  }
};

template <typename T>
void multiply_into(Processor& p, unsigned destination, T a, T b) {
  const std::int64_t product = as_signed(a) * as_signed(b);
  const T low = static_cast<T>(product);
  p.set_reg<T>(destination, low);
  set_product_flags(p.flags, low, as_signed(low) != product);
}

/// IMUL r, r/m
struct ImulRegRm {
  template <typename T>
  static void take(Processor& p, const Instruction& i, T value) {
    multiply_into<T>(p, i.reg, p.reg<T>(i.reg), value);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return take_rm<ImulRegRm, T, kMemory>(p, i);
  }
};

/// IMUL r, r/m, imm
struct ImulRegRmImm {
  template <typename T>
  static void take(Processor& p, const Instruction& i, T value) {
    multiply_into<T>(p, i.reg, value, static_cast<T>(i.immediate));
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return take_rm<ImulRegRmImm, T, kMemory>(p, i);
  }
};

/// DIV r/m: #DE if the divisor is zero or the quotient does not fit. Flags stay as they were.
struct Div {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T divisor;
    if (!read_rm<T, kMemory>(p, i, divisor)) {
      return Outcome::kFault;
    }
    const std::uint64_t dividend = double_accumulator<T>(p);
    if (divisor == 0 || dividend / divisor > static_cast<T>(-1)) {
      return p.raised(vector::kDivideError);
    }
    set_double_accumulator<T>(p, static_cast<T>(dividend % divisor),
                              static_cast<T>(dividend / divisor));
    return Outcome::kDone;
  }
};

/// IDIV r/m: as DIV, truncating towards zero.
struct Idiv {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T source;
    if (!read_rm<T, kMemory>(p, i, source)) {
      return Outcome::kFault;
    }
    const std::int64_t dividend = as_signed(double_accumulator<T>(p));
    const std::int64_t divisor = as_signed(source);
    // INT64_MIN / -1 would overflow the host's division too.
    if (divisor == 0 || (divisor == -1 && dividend == INT64_MIN)) {
      return p.raised(vector::kDivideError);
    }
    const std::int64_t quotient = dividend / divisor;
    if (quotient != as_signed(static_cast<T>(quotient))) {
      return p.raised(vector::kDivideError);
    }
    set_double_accumulator<T>(p, static_cast<T>(dividend % divisor), static_cast<T>(quotient));
    return Outcome::kDone;
  }
};

}  // namespace strata::semantics
