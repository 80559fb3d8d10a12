// Flag control (SDM vol. 1, 7.3.13): CLC STC CMC CLD STD CLI STI LAHF SAHF PUSHF POPF.
#pragma once

#include "models/isa/privilege.h"
#include "models/isa/semantics/data_transfer.h"

namespace strata::semantics {

template <bool kValue>
Outcome assign_carry(Processor& p, const Instruction&) {
  p.flags.set_cf(kValue);
  return Outcome::kDone;
}

inline Outcome complement_carry(Processor& p, const Instruction&) {
  p.flags.set_cf(!p.flags.cf());
  return Outcome::kDone;
}

/// SALC: AL is FF with CF, else 0. "The opcodes D6 and F1 are undefined opcodes reserved [...].
/// These opcodes, even though undefined, do not generate an invalid opcode exception" (SDM vol.
/// 3, 6.15, interrupt 6); this is what processors do, the captured 80286 among them.
inline Outcome set_al_from_carry(Processor& p, const Instruction&) {
  p.set_reg<std::uint8_t>(kEax, p.flags.cf() ? 0xFF : 0);
  return Outcome::kDone;
}

inline Outcome clear_direction(Processor& p, const Instruction&) {
  p.control_flags &= ~eflags::kDf;
  return Outcome::kDone;
}

inline Outcome set_direction(Processor& p, const Instruction&) {
  p.control_flags |= eflags::kDf;
  return Outcome::kDone;
}

inline Outcome clear_interrupt(Processor& p, const Instruction&) {
  if (!require_io_privilege(p)) {
    return Outcome::kFault;
  }
  p.control_flags &= ~eflags::kIf;
  return Outcome::kDone;
}

/// Where IF was clear, interrupts are recognised only after the next instruction (SDM vol. 2, STI).
inline Outcome set_interrupt(Processor& p, const Instruction&) {
  if (!require_io_privilege(p)) {
    return Outcome::kFault;
  }
  if (!p.flag(eflags::kIf)) {
    p.control_flags |= eflags::kIf;
    p.system.shadow = kStiShadow;
    p.request_attention();
  }
  return Outcome::kDone;
}

inline Outcome lahf(Processor& p, const Instruction&) {
  p.set_reg<std::uint8_t>(4, static_cast<std::uint8_t>(p.eflags_image()));
  return Outcome::kDone;
}

inline Outcome sahf(Processor& p, const Instruction&) {
  p.set_eflags(p.reg<std::uint8_t>(4), eflags::kStatus & ~eflags::kOf);
  return Outcome::kDone;
}

/// PUSHF and PUSHFD: VM and RF are pushed as zero
struct PushFlags {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    if (!require_v86_privilege(p)) {
      return Outcome::kFault;
    }
    return push_value<T>(p, static_cast<T>(p.eflags_image() & ~(eflags::kVm | eflags::kRf)));
  }
};

/// POPF and POPFD: VM and RF stay, IOPL and IF where CPL is too high
struct PopFlags {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    T image;
    if (!require_v86_privilege(p) || !p.peek<T>(0, image)) {
      return Outcome::kFault;
    }
    p.drop(sizeof(T));
    p.set_eflags(image, static_cast<T>(-1) & changeable_flags(p) & ~eflags::kRf);
    return Outcome::kDone;
  }
};

}  // namespace strata::semantics
