// Segment register instructions (SDM vol. 1, 7.3.14): MOV, PUSH and POP of segment registers, LDS
// LES LFS LGS LSS.
#pragma once

#include "models/isa/segmentation.h"
#include "models/isa/semantics/control_transfer.h"
#include "models/isa/semantics/data_transfer.h"

namespace strata::semantics {

/// After MOV SS and POP SS interrupts wait one instruction, so that ESP can follow.
inline void shadow_stack_load(Processor& p, unsigned segment) {
  if (segment == kSs) {
    p.system.shadow = kMovSsShadow;
    p.request_attention();
  }
}

/// MOV r/m, Sreg: memory gets 16 bits, a register the operand size, zero-extended
struct MovRmSegment {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    if (i.reg > kGs) {
      return p.raised(vector::kInvalidOpcode);
    }
    const std::uint32_t selector = p.system.seg[i.reg].selector;
    if constexpr (kMemory) {
      return write_rm<std::uint16_t, true>(p, i, static_cast<std::uint16_t>(selector));
    } else {
      return write_rm<T, false>(p, i, static_cast<T>(selector));
    }
  }
};

/// MOV Sreg, r/m16; CS is #UD
struct MovSegmentRm {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    if (i.reg == kCs || i.reg > kGs) {
      return p.raised(vector::kInvalidOpcode);
    }
    std::uint16_t selector;
    if (!read_rm<std::uint16_t, kMemory>(p, i, selector) || !load_segment(p, i.reg, selector)) {
      return Outcome::kFault;
    }
    shadow_stack_load(p, i.reg);
    return Outcome::kDone;
  }
};

/// PUSH Sreg, zero-extended to the operand size
template <unsigned kSegment>
struct PushSegment {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    return push_value<T>(p, static_cast<T>(p.system.seg[kSegment].selector));
  }
};

/// POP Sreg
template <unsigned kSegment>
struct PopSegment {
  template <typename T>
  static Outcome run(Processor& p, const Instruction&) {
    T value;
    if (!p.peek<T>(0, value)) {
      return Outcome::kFault;
    }
    // A new SS may change the stack size: ESP moves by the size the item was popped with.
    const std::uint32_t mask = p.stack_mask();
    if (!load_segment(p, kSegment, static_cast<std::uint16_t>(value))) {
      return Outcome::kFault;
    }
    p.set_masked(kEsp, mask, p.gpr[kEsp] + static_cast<std::uint32_t>(sizeof(T)));
    shadow_stack_load(p, kSegment);
    return Outcome::kDone;
  }
};

/// LDS, LES, LFS, LGS, LSS r, m16:16/32
template <unsigned kSegment>
struct LoadFarPointer {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    T offset;
    std::uint16_t selector = 0;
    if (!read_far_pointer(p, i, offset, selector) || !load_segment(p, kSegment, selector)) {
      return Outcome::kFault;
    }
    p.set_reg<T>(i.reg, offset);
    return Outcome::kDone;
  }
};

}  // namespace strata::semantics
