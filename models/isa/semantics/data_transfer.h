// Data transfer (SDM vol. 1, 7.3.1): MOV XCHG MOVSX MOVZX, the stack instructions, CBW/CWD and kin,
// and LEA and XLAT from the miscellaneous chapter.
#pragma once

#include "models/isa/privilege.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

/// MOV r/m, r
struct MovRmReg {
  template <typename T>
  static T give(const Processor& p, const Instruction& i) {
    return p.reg<T>(i.reg);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return write_rm<T, kMemory>(p, i, give<T>(p, i));
  }
};

/// MOV r, r/m
struct MovRegRm {
  template <typename T>
  static void take(Processor& p, const Instruction& i, T value) {
    p.set_reg<T>(i.reg, value);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return take_rm<MovRegRm, T, kMemory>(p, i);
  }
};

/// MOV r/m, imm
struct MovRmImm {
  template <typename T>
  static T give(const Processor&, const Instruction& i) {
    return static_cast<T>(i.immediate);
  }
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return write_rm<T, kMemory>(p, i, give<T>(p, i));
  }
};

/// MOV r, imm
struct MovRegImm {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    p.set_reg<T>(i.reg, static_cast<T>(i.immediate));
    return Outcome::kDone;
  }
};

/// MOV AL/AX/EAX, moffs
struct MovAccOffset {
  template <typename T>
  static void take(Processor& p, const Instruction&, T value) {
    p.set_reg<T>(kEax, value);
  }
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return take_rm<MovAccOffset, T, true>(p, i);
  }
};

/// MOV moffs, AL/AX/EAX
struct MovOffsetAcc {
  template <typename T>
  static T give(const Processor& p, const Instruction&) {
    return p.reg<T>(kEax);
  }
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return write_rm<T, true>(p, i, give<T>(p, i));
  }
};

/// MOVZX and MOVSX r, r/m of type From
template <typename From, bool kSigned>
struct MovExtend {
  template <typename T>
  struct To {
    static void take(Processor& p, const Instruction& i, From value) {
      p.set_reg<T>(i.reg, static_cast<T>(kSigned ? sign_extend(value) : std::uint32_t{value}));
    }
  };
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    return take_rm<To<T>, From, kMemory>(p, i);
  }
};

/// XCHG r/m, r
struct XchgRmReg {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    const T mine = p.reg<T>(i.reg);
    T other{};
    const Outcome outcome = modify_rm<T, kMemory>(p, i, [&](T value) {
      other = value;
      return mine;
    });
    if (outcome == Outcome::kDone) {
      p.set_reg<T>(i.reg, other);
    }
    return outcome;
  }
};

/// XCHG AX/EAX, r; with AX itself it is NOP
struct XchgAccReg {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    const T value = p.reg<T>(i.reg);
    p.set_reg<T>(i.reg, p.reg<T>(kEax));
    p.set_reg<T>(kEax, value);
    return Outcome::kDone;
  }
};

/// LEA r, m
struct Lea {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    p.set_reg<T>(i.reg, static_cast<T>(p.effective_address(i)));
    return Outcome::kDone;
  }
};

/// XLAT: AL from the table at (E)BX
inline Outcome xlat(Processor& p, const Instruction& i) {
  const std::uint32_t offset = (p.gpr[kEbx] + (p.gpr[kEax] & 0xFF)) & i.address_mask;
  std::uint8_t value = 0;
  if (!p.read<std::uint8_t>(i.segment, offset, value)) {
    return Outcome::kFault;
  }
  p.set_reg<std::uint8_t>(kEax, value);
  return Outcome::kDone;
}

/// CBW and CWDE
struct ConvertInAcc {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    if constexpr (sizeof(T) == 2) {
      p.set_reg<T>(kEax, static_cast<T>(sign_extend(p.reg<std::uint8_t>(kEax))));
    } else {
      p.set_reg<T>(kEax, sign_extend(p.reg<std::uint16_t>(kEax)));
    }
    return Outcome::kDone;
  }
};

/// CWD and CDQ
struct ConvertToDouble {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    p.set_reg<T>(kEdx, msb(p.reg<T>(kEax)) ? static_cast<T>(-1) : T{0});
    return Outcome::kDone;
  }
};

// ---- stack ----

template <typename T>
Outcome push_value(Processor& p, T value) {
  return p.push<T>(value) ? Outcome::kDone : Outcome::kFault;
}

/// PUSH r; PUSH (E)SP pushes the value before the push (80286 and later)
struct PushReg : MovRmReg {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return push_value<T>(p, give<T>(p, i));
  }
};

/// PUSH imm
struct PushImm : MovRmImm {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    return push_value<T>(p, give<T>(p, i));
  }
};

/// PUSH r/m
struct PushRm {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T value;
    return read_rm<T, kMemory>(p, i, value) ? push_value<T>(p, value) : Outcome::kFault;
  }
};

/// POP r; POP (E)SP keeps the value popped
struct PopReg {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    T value;
    if (!p.peek<T>(0, value)) {
      return Outcome::kFault;
    }
    p.drop(sizeof(T));
    p.set_reg<T>(i.reg, value);
    return Outcome::kDone;
  }
};

/// POP r/m: an address that uses ESP sees it after the pop
struct PopRm {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    T value;
    if (!p.peek<T>(0, value)) {
      return Outcome::kFault;
    }
    const std::uint32_t before = p.gpr[kEsp];
    p.drop(sizeof(T));
    const Outcome outcome = write_rm<T, kMemory>(p, i, value);
    if (outcome == Outcome::kFault) {
      p.gpr[kEsp] = before;
    }
    return outcome;
  }
};

/// PUSHA and PUSHAD. Real and virtual-8086 mode: "#GP If the ESP or SP register contains 7, 9, 11,
/// 13, or 15" (SDM vol. 2).
struct PushAll {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    const std::uint32_t top = p.gpr[kEsp] & p.stack_mask();
    if (!uses_descriptors(p) && top >= 7 && top <= 15 && top % 2 != 0) {
      return p.raised(vector::kGeneralProtection);
    }
    StackFrame frame;
    for (unsigned number = kEax; number <= kEdi; ++number) {
      frame.add(p.gpr[number]);
    }
    return frame.push<T>(p) ? Outcome::kDone : Outcome::kFault;
  }
};

/// POPA and POPAD: ESP's image is skipped
struct PopAll {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    std::array<T, 8> values{};
    for (unsigned n = 0; n < values.size(); ++n) {
      if (!p.peek<T>(n * static_cast<std::uint32_t>(sizeof(T)), values[n])) {
        return Outcome::kFault;
      }
    }
    p.drop(sizeof(values));
    for (unsigned n = 0; n < values.size(); ++n) {
      if (n != kEdi - kEsp) {
        p.set_reg<T>(kEdi - n, values[n]);
      }
    }
    return Outcome::kDone;
  }
};

/// LEAVE. Real and virtual-8086 mode: "#GP If the EBP register points to a location outside of the
/// effective address space from 0 to FFFFH" (SDM vol. 2), elsewhere #SS(0).
struct Leave {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    T value;
    const std::uint32_t frame = p.gpr[kEbp] & p.stack_mask();
    if (!p.read<T>(kSs, frame, value)) {
      const bool outside = p.fault().vector == vector::kStackFault;
      return outside && !uses_descriptors(p) ? p.raised(vector::kGeneralProtection)
                                             : Outcome::kFault;
    }
    p.set_masked(kEsp, p.stack_mask(), frame + static_cast<std::uint32_t>(sizeof(T)));
    p.set_reg<T>(kEbp, value);
    return Outcome::kDone;
  }
};

}  // namespace strata::semantics
