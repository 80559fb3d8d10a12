// Data transfers the 80486 and the Pentium brought (SDM vol. 1, 7.3.1.3 and 7.3.1.2; vol. 2 under
// each name): BSWAP XADD CMPXCHG CMPXCHG8B CMOVcc.
#pragma once

#include "models/isa/semantics/binary_arithmetic.h"
#include "models/isa/semantics/conditions.h"

namespace strata::semantics {

/// BSWAP r. "When the BSWAP instruction references a 16-bit register, the result is undefined" (SDM
/// vol. 2): zero here, as processors have it.
struct ByteSwap {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    const T value = p.reg<T>(i.reg);
    if constexpr (sizeof(T) == 4) {
      p.set_reg<T>(i.reg,
                   value << 24 | (value & 0xFF00) << 8 | ((value >> 8) & 0xFF00) | value >> 24);
    } else {
      p.set_reg<T>(i.reg, 0);
    }
    return Outcome::kDone;
  }
};

/// XADD r/m, r: where both are the same register, the sum stays in it
struct ExchangeAdd {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    const T source = p.reg<T>(i.reg);
    if constexpr (kMemory) {
      T found{};
      const Outcome outcome = modify_rm<T, true>(p, i, [&](T value) {
        found = value;
        return Add::apply(p.flags, value, source);
      });
      if (outcome == Outcome::kDone) {
        p.set_reg<T>(i.reg, found);
      }
      return outcome;
    } else {
      const T found = p.reg<T>(i.rm);
      p.set_reg<T>(i.reg, found);
      p.set_reg<T>(i.rm, Add::apply(p.flags, found, source));
      return Outcome::kDone;
    }
  }
};

/// CMPXCHG r/m, r. "To simplify the interface to the processor's bus, the destination operand
/// receives a write cycle without regard to the result of the comparison" (SDM vol. 2).
struct CompareExchange {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    const T source = p.reg<T>(i.reg);
    const T acc = p.reg<T>(kEax);
    T found{};
    const Outcome outcome = modify_rm<T, kMemory>(p, i, [&](T value) {
      found = value;
      return value == acc ? source : value;
    });
    if (outcome == Outcome::kFault) {
      return outcome;
    }
    Cmp::apply(p.flags, acc, found);
    if (found != acc) {
      p.set_reg<T>(kEax, found);
    }
    return Outcome::kDone;
  }
};

/// CMPXCHG8B m64: always written, and only ZF changes. The operand is one quadword to the limit
/// (SDM vol. 3, 5.3) and to the alignment check.
inline Outcome compare_exchange_8_bytes(Processor& p, const Instruction& i) {
  const std::uint32_t at = p.effective_address(i);
  Location<std::uint32_t> low;
  Location<std::uint32_t> high;
  std::uint32_t linear;
  if (!p.writable<std::uint64_t>(i.segment, at, linear) || !p.require_alignment(linear, 8) ||
      !p.locate<std::uint32_t>(i.segment, at, low) ||
      !p.locate<std::uint32_t>(i.segment, at + 4, high)) {
    return Outcome::kFault;
  }
  const std::uint32_t found_low = p.load<std::uint32_t>(low);
  const std::uint32_t found_high = p.load<std::uint32_t>(high);
  const bool equal = found_low == p.gpr[kEax] && found_high == p.gpr[kEdx];
  p.store<std::uint32_t>(low, equal ? p.gpr[kEbx] : found_low);
  p.store<std::uint32_t>(high, equal ? p.gpr[kEcx] : found_high);
  p.flags.set_zf(equal);
  p.gpr[kEax] = found_low;
  p.gpr[kEdx] = found_high;
  return Outcome::kDone;
}

/// CMOVcc r, r/m: the source is read, and may fault, whatever the condition
template <unsigned kCondition>
struct MoveIf {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T value;
    if (!read_rm<T, kMemory>(p, i, value)) {
      return Outcome::kFault;
    }
    if (holds<kCondition>(p.flags)) {
      p.set_reg<T>(i.reg, value);
    }
    return Outcome::kDone;
  }
};

}  // namespace strata::semantics
