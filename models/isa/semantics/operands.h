// How handlers reach a ModR/M operand. Each is compiled once for a register and once for memory, so
// no handler asks at run time which it is.
#pragma once

#include "models/isa/processor.h"

namespace strata::semantics {

/// The r/m operand's value; false if reading it faulted.
template <typename T, bool kMemory>
[[gnu::always_inline]] inline bool read_rm(Processor& p, const Instruction& i, T& value) {
  if constexpr (kMemory) {
    return p.read<T>(i.segment, p.effective_address(i), value);
  } else {
    value = p.reg<T>(i.rm);
    return true;
  }
}

template <typename T, bool kMemory>
[[gnu::always_inline]] inline Outcome write_rm(Processor& p, const Instruction& i, T value) {
  if constexpr (kMemory) {
    if (!p.write<T>(i.segment, p.effective_address(i), value)) {
      return Outcome::kFault;
    }
  } else {
    p.set_reg<T>(i.rm, value);
  }
  return Outcome::kDone;
}

/// Replaces the r/m operand by change(operand). Memory is always written, even with what it held.
template <typename T, bool kMemory, typename Change>
[[gnu::always_inline]] inline Outcome modify_rm(Processor& p, const Instruction& i,
                                                Change&& change) {
  if constexpr (kMemory) {
    Location<T> at;
    if (!p.locate<T>(i.segment, p.effective_address(i), at)) {
      return Outcome::kFault;
    }
    p.store<T>(at, change(p.load<T>(at)));
  } else {
    p.set_reg<T>(i.rm, change(p.reg<T>(i.rm)));
  }
  return Outcome::kDone;
}

// A form whose operand is in r/m says what it does with the operand's value: take() it, give() a
// new one, or change() it. Engines that reach operands in ways of their own use those directly.

template <class Form, typename T, bool kMemory>
[[gnu::always_inline]] inline Outcome take_rm(Processor& p, const Instruction& i) {
  T value;
  if (!read_rm<T, kMemory>(p, i, value)) {
    return Outcome::kFault;
  }
  Form::take(p, i, value);
  return Outcome::kDone;
}

template <class Form, typename T, bool kMemory>
[[gnu::always_inline]] inline Outcome change_rm(Processor& p, const Instruction& i) {
  return modify_rm<T, kMemory>(p, i, [&](T value) { return Form::change(p, i, value); });
}

}  // namespace strata::semantics
