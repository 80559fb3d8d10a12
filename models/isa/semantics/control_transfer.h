// Control transfer (SDM vol. 1, 7.3.8): JMP Jcc LOOP JCXZ CALL RET INT IRET. A target outside CS's
// limit is #GP(0) of the transferring instruction, before it has changed anything.
#pragma once

#include "models/isa/exceptions.h"
#include "models/isa/far_transfer.h"
#include "models/isa/privilege.h"
#include "models/isa/semantics/conditions.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

/// Whether `target` may be the next EIP.
inline bool near_target_allowed(Processor& p, std::uint32_t target) {
  return target <= p.system.seg[kCs].limit || p.raise(vector::kGeneralProtection);
}

inline Outcome jump_near(Processor& p, std::uint32_t target) {
  if (!near_target_allowed(p, target)) {
    return Outcome::kFault;
  }
  p.next_eip = target;
  return Outcome::kDone;
}

template <typename T>
std::uint32_t relative_target(const Processor& p, const Instruction& i) {
  return static_cast<T>(p.next_eip + i.immediate);
}

/// JMP rel
struct JumpRelative {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return jump_near(p, relative_target<T>(p, i));
  }
};

/// Jcc rel
template <unsigned kCondition>
struct JumpIf {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return holds<kCondition>(p.flags) ? jump_near(p, relative_target<T>(p, i)) : Outcome::kDone;
  }
};

enum class LoopKind { kPlain, kWhileEqual, kWhileNotEqual };

/// LOOP, LOOPE, LOOPNE rel8: the counter is CX or ECX by the address size
template <LoopKind kKind>
struct Loop {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    const std::uint32_t count = (p.gpr[kEcx] - 1) & i.address_mask;
    const bool wanted =
        kKind == LoopKind::kPlain || p.flags.zf() == (kKind == LoopKind::kWhileEqual);
    if (count != 0 && wanted && jump_near(p, relative_target<T>(p, i)) == Outcome::kFault) {
      return Outcome::kFault;
    }
    p.set_masked(kEcx, i.address_mask, count);
    return Outcome::kDone;
  }
};

/// JCXZ and JECXZ rel8
struct JumpIfCounterZero {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    const bool zero = (p.gpr[kEcx] & i.address_mask) == 0;
    return zero ? jump_near(p, relative_target<T>(p, i)) : Outcome::kDone;
  }
};

/// JMP r/m
struct JumpRm {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T target;
    return read_rm<T, kMemory>(p, i, target) ? jump_near(p, target) : Outcome::kFault;
  }
};

template <typename T>
Outcome call_near(Processor& p, std::uint32_t target) {
  if (!near_target_allowed(p, target) || !p.push<T>(static_cast<T>(p.next_eip))) {
    return Outcome::kFault;
  }
  p.next_eip = target;
  return Outcome::kDone;
}

/// CALL rel
struct CallRelative {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return call_near<T>(p, relative_target<T>(p, i));
  }
};

/// CALL r/m
struct CallRm {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T target;
    return read_rm<T, kMemory>(p, i, target) ? call_near<T>(p, target) : Outcome::kFault;
  }
};

/// RET and RET imm16
struct ReturnNear {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    T target;
    if (!p.peek<T>(0, target) || jump_near(p, target) == Outcome::kFault) {
      return Outcome::kFault;
    }
    p.drop(static_cast<std::uint32_t>(sizeof(T)) + i.immediate);
    return Outcome::kDone;
  }
};

// ---- far transfers ----

inline Outcome outcome_of(bool done) {
  return done ? Outcome::kDone : Outcome::kFault;
}

/// Reads a far pointer: two items, offset first.
template <typename T>
bool read_far_pointer(Processor& p, const Instruction& i, T& offset, std::uint16_t& selector) {
  return p.read<T>(i.segment, p.effective_address(i), offset) &&
         p.read<std::uint16_t>(i.segment, p.item_address(i, sizeof(T)), selector);
}

/// JMP ptr16:16/32
struct JumpFar {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return outcome_of(
        far_jump(p, static_cast<std::uint16_t>(i.displacement), static_cast<T>(i.immediate)));
  }
};

/// CALL ptr16:16/32
struct CallFar {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return outcome_of(far_call(p, sizeof(T) == 4, static_cast<std::uint16_t>(i.displacement),
                               static_cast<T>(i.immediate)));
  }
};

/// JMP m16:16/32
struct JumpFarMemory {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    T offset;
    std::uint16_t selector = 0;
    return outcome_of(read_far_pointer(p, i, offset, selector) && far_jump(p, selector, offset));
  }
};

/// CALL m16:16/32
struct CallFarMemory {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    T offset;
    std::uint16_t selector = 0;
    return outcome_of(read_far_pointer(p, i, offset, selector) &&
                      far_call(p, sizeof(T) == 4, selector, offset));
  }
};

/// RETF and RETF imm16
struct ReturnFar {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return outcome_of(far_return(p, sizeof(T) == 4, i.immediate));
  }
};

// ---- interrupts ----

inline Outcome software_interrupt(Processor& p, std::uint8_t vector) {
  return outcome_of(deliver_software_interrupt(p, vector));
}

inline Outcome int3(Processor& p, const Instruction&) {
  return software_interrupt(p, vector::kBreakpoint);
}

/// INT imm8: alone of the three needs IOPL 3 in virtual-8086 mode
/// INT1 (F1): a #DB trap of its own, without a bit in DR6 and without the checks of INT n (SDM vol.
/// 2, INT n/INTO/INT3/INT1)
inline Outcome int1(Processor& p, const Instruction&) {
  p.system.pending_exception = kPendingDebugTrap;
  p.request_attention();
  return Outcome::kDone;
}

inline Outcome int_imm(Processor& p, const Instruction& i) {
  if (!require_v86_privilege(p)) {
    return Outcome::kFault;
  }
  return software_interrupt(p, static_cast<std::uint8_t>(i.immediate));
}

inline Outcome into(Processor& p, const Instruction&) {
  return p.flags.of() ? software_interrupt(p, vector::kOverflow) : Outcome::kDone;
}

/// IRET and IRETD; even one that faults ends the blocking of NMIs (SDM vol. 3, 6.7.1)
struct InterruptReturn {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    p.system.nmi_blocked = 0;
    p.request_attention();
    return outcome_of(interrupt_return(p, sizeof(T) == 4));
  }
};

}  // namespace strata::semantics
