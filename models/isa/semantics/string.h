// String instructions (SDM vol. 1, 7.3.9) and the string I/O of 7.3.10. A handler does one
// iteration; with a REP prefix every iteration is an instruction boundary (SDM vol. 2, REP).
#pragma once

#include "models/isa/io_permission.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

/// Moves an index register past an element, up or down by DF.
template <typename T>
void step_index(Processor& p, const Instruction& i, unsigned number) {
  const std::uint32_t size = sizeof(T);
  const std::uint32_t step = p.flag(eflags::kDf) ? 0 - size : size;
  p.set_masked(number, i.address_mask, p.gpr[number] + step);
}

template <typename T>
bool read_source(Processor& p, const Instruction& i, T& value) {
  return p.read<T>(i.segment, p.gpr[kEsi] & i.address_mask, value);
}

/// Destinations are always in ES.
inline std::uint32_t destination(const Processor& p, const Instruction& i) {
  return p.gpr[kEdi] & i.address_mask;
}

struct Movs {
  static constexpr bool kCompares = false;
  template <typename T>
  static bool iterate(Processor& p, const Instruction& i) {
    T value;
    if (!read_source<T>(p, i, value) || !p.write<T>(kEs, destination(p, i), value)) {
      return false;
    }
    step_index<T>(p, i, kEsi);
    step_index<T>(p, i, kEdi);
    return true;
  }
};

struct Cmps {
  static constexpr bool kCompares = true;
  template <typename T>
  static bool iterate(Processor& p, const Instruction& i) {
    T first;
    T second;
    if (!read_source<T>(p, i, first) || !p.read<T>(kEs, destination(p, i), second)) {
      return false;
    }
    p.flags.set_subtract<T>(first, second, static_cast<T>(first - second));
    step_index<T>(p, i, kEsi);
    step_index<T>(p, i, kEdi);
    return true;
  }
};

struct Scas {
  static constexpr bool kCompares = true;
  template <typename T>
  static bool iterate(Processor& p, const Instruction& i) {
    T value;
    if (!p.read<T>(kEs, destination(p, i), value)) {
      return false;
    }
    const T acc = p.reg<T>(kEax);
    p.flags.set_subtract<T>(acc, value, static_cast<T>(acc - value));
    step_index<T>(p, i, kEdi);
    return true;
  }
};

struct Lods {
  static constexpr bool kCompares = false;
  template <typename T>
  static bool iterate(Processor& p, const Instruction& i) {
    T value;
    if (!read_source<T>(p, i, value)) {
      return false;
    }
    p.set_reg<T>(kEax, value);
    step_index<T>(p, i, kEsi);
    return true;
  }
};

struct Stos {
  static constexpr bool kCompares = false;
  template <typename T>
  static bool iterate(Processor& p, const Instruction& i) {
    if (!p.write<T>(kEs, destination(p, i), p.reg<T>(kEax))) {
      return false;
    }
    step_index<T>(p, i, kEdi);
    return true;
  }
};

/// The port's permission, then the destination are checked before the port is read: reading can
/// change the device.
struct Ins {
  static constexpr bool kCompares = false;
  template <typename T>
  static bool iterate(Processor& p, const Instruction& i) {
    const auto port = p.reg<std::uint16_t>(kEdx);
    Location<T> at;
    if (!io_allowed(p, port, sizeof(T)) || !p.locate<T>(kEs, destination(p, i), at)) {
      return false;
    }
    const std::uint32_t value = p.memory.port_read(port, sizeof(T));
    p.store<T>(at, static_cast<T>(value));
    step_index<T>(p, i, kEdi);
    return true;
  }
};

struct Outs {
  static constexpr bool kCompares = false;
  template <typename T>
  static bool iterate(Processor& p, const Instruction& i) {
    const auto port = p.reg<std::uint16_t>(kEdx);
    T value;
    if (!io_allowed(p, port, sizeof(T)) || !read_source<T>(p, i, value)) {
      return false;
    }
    p.memory.port_write(port, sizeof(T), value);
    step_index<T>(p, i, kEsi);
    return true;
  }
};

/// One iteration; REP ends with the counter, and for CMPS and SCAS with ZF too. RF is set while
/// iterations are left, so that what interrupts them pushes it set and no instruction breakpoint is
/// met twice (SDM vol. 3, 17.3.1.1).
template <class Op>
struct String {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    if (i.repeat == Repeat::kNone) {
      return Op::template iterate<T>(p, i) ? Outcome::kDone : Outcome::kFault;
    }
    std::uint32_t count = p.gpr[kEcx] & i.address_mask;
    if (count == 0) {
      return Outcome::kDone;
    }
    if (!Op::template iterate<T>(p, i)) {
      return Outcome::kFault;
    }
    p.set_masked(kEcx, i.address_mask, --count);
    const bool ended = Op::kCompares && p.flags.zf() != (i.repeat == Repeat::kWhileEqual);
    if (count == 0 || ended) {
      p.control_flags &= ~eflags::kRf;
      return Outcome::kDone;
    }
    p.control_flags |= eflags::kRf;
    return Outcome::kRepeat;
  }
};

}  // namespace strata::semantics
