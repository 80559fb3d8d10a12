// Instructions about selectors and descriptors (SDM vol. 3, 5.10): ARPL LAR LSL VERR VERW SLDT STR
// LLDT LTR. In real and virtual-8086 mode they are #UD.
#pragma once

#include "models/isa/descriptor.h"
#include "models/isa/privilege.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

inline void set_zero_flag(Processor& p, bool value) {
  p.set_eflags(value ? eflags::kZf : 0, eflags::kZf);
}

/// SLDT, STR r/m16: memory gets 16 bits, a register the operand size, zero-extended
template <SegmentState CpuState::*kRegister>
struct StoreSelector {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    if (!require_descriptors(p)) {
      return Outcome::kFault;
    }
    const std::uint32_t selector = (p.system.*kRegister).selector;
    if constexpr (kMemory) {
      return write_rm<std::uint16_t, true>(p, i, static_cast<std::uint16_t>(selector));
    } else {
      return write_rm<T, false>(p, i, static_cast<T>(selector));
    }
  }
};

/// Reads the operand of LLDT and LTR, privileged instructions.
template <bool kMemory>
bool read_system_selector(Processor& p, const Instruction& i, std::uint16_t& selector) {
  return require_descriptors(p) && require_level0(p) &&
         read_rm<std::uint16_t, kMemory>(p, i, selector);
}

/// Finds the system descriptor LLDT and LTR name, which must be in the GDT and of one of two types.
inline bool find_system_segment(Processor& p, std::uint16_t selector, unsigned type,
                                unsigned other_type, Descriptor& descriptor) {
  const std::uint32_t error = error_of(selector, 0);
  if ((selector & kTableIndicator) != 0) {
    return p.raise(vector::kGeneralProtection, error);
  }
  if (!find_descriptor(p, selector, vector::kGeneralProtection, 0, descriptor)) {
    return false;
  }
  const bool right = descriptor.type() == type || descriptor.type() == other_type;
  if (!descriptor.is_system() || !right) {
    return p.raise(vector::kGeneralProtection, error);
  }
  return descriptor.present() || p.raise(vector::kSegmentNotPresent, error);
}

/// LLDT r/m16: null makes the LDT empty
struct LoadLdt {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    std::uint16_t selector = 0;
    if (!read_system_selector<kMemory>(p, i, selector)) {
      return Outcome::kFault;
    }
    if (is_null(selector)) {
      p.system.ldtr = {.selector = selector, .attributes = attr::kUnusable};
      return Outcome::kDone;
    }
    Descriptor ldt;
    if (!find_system_segment(p, selector, system_type::kLdt, system_type::kLdt, ldt)) {
      return Outcome::kFault;
    }
    p.system.ldtr = ldt.segment(selector, 0);
    return Outcome::kDone;
  }
};

/// LTR r/m16: makes the TSS busy
struct LoadTask {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    std::uint16_t selector = 0;
    if (!read_system_selector<kMemory>(p, i, selector)) {
      return Outcome::kFault;
    }
    if (is_null(selector)) {
      return p.raised(vector::kGeneralProtection);
    }
    Descriptor tss;
    AccessChange busy;
    if (!find_system_segment(p, selector, system_type::kTss16, system_type::kTss32, tss) ||
        !busy.prepare(p, tss.address,
                      static_cast<std::uint8_t>(tss.attributes() | system_type::kBusy))) {
      return Outcome::kFault;
    }
    busy.commit(p);
    p.system.tr = tss.segment(selector, system_type::kBusy);
    return Outcome::kDone;
  }
};

/// What LAR, LSL, VERR and VERW find out about a selector.
struct SelectorQuery {
  Descriptor descriptor;
  bool visible = false;  // in its table, and no more privileged than CPL and RPL or conforming
};

/// Reads the selector in r/m16 and its descriptor; false if that faulted. An invisible selector is
/// no fault.
template <bool kMemory>
bool query_selector(Processor& p, const Instruction& i, SelectorQuery& query) {
  std::uint16_t selector = 0;
  if (!require_descriptors(p) || !read_rm<std::uint16_t, kMemory>(p, i, selector)) {
    return false;
  }
  if (is_null(selector) || !in_table(p, selector)) {
    return true;
  }
  if (!read_descriptor(p, selector, query.descriptor)) {
    return false;
  }
  const unsigned dpl = query.descriptor.dpl();
  query.visible = query.descriptor.is_conforming() || (dpl >= p.cpl() && dpl >= rpl_of(selector));
  return true;
}

/// Whether a descriptor is code or data, or a system descriptor whose type is a bit of `types`.
inline bool has_type(const Descriptor& descriptor, unsigned types) {
  return !descriptor.is_system() || (types >> descriptor.type() & 1) != 0;
}

/// System types with a limit (SDM vol. 2, table 3-54): both TSS, available and busy, and LDT.
inline constexpr unsigned kTypesOfLsl = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 9 | 1u << 11;
/// System types with access rights (SDM vol. 2, table 3-52): call gates and the task gate too.
inline constexpr unsigned kTypesOfLar = kTypesOfLsl | 1u << 4 | 1u << 5 | 1u << 12;

/// LAR r, r/m16: the second dword without base and limit; its undefined bits 19:16 are zero
struct LoadAccessRights {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    SelectorQuery query;
    if (!query_selector<kMemory>(p, i, query)) {
      return Outcome::kFault;
    }
    const bool valid = query.visible && has_type(query.descriptor, kTypesOfLar);
    if (valid) {
      p.set_reg<T>(i.reg, static_cast<T>(query.descriptor.high & 0x00F0FF00));
    }
    set_zero_flag(p, valid);
    return Outcome::kDone;
  }
};

/// LSL r, r/m16: the limit in bytes
struct LoadLimit {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    SelectorQuery query;
    if (!query_selector<kMemory>(p, i, query)) {
      return Outcome::kFault;
    }
    const bool valid = query.visible && has_type(query.descriptor, kTypesOfLsl);
    if (valid) {
      p.set_reg<T>(i.reg, static_cast<T>(query.descriptor.limit()));
    }
    set_zero_flag(p, valid);
    return Outcome::kDone;
  }
};

/// VERR and VERW r/m16: ZF says whether the segment could be read (written)
template <bool kWrite>
struct VerifySegment {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    SelectorQuery query;
    if (!query_selector<kMemory>(p, i, query)) {
      return Outcome::kFault;
    }
    const Descriptor& d = query.descriptor;
    const bool code = d.has(attr::kCode);
    const bool bit1 = d.has(attr::kWritable);  // code: readable
    const bool allowed = kWrite ? !code && bit1 : !code || bit1;
    set_zero_flag(p, query.visible && !d.is_system() && allowed);
    return Outcome::kDone;
  }
};

/// ARPL r/m16, r16: raises the RPL in r/m16 to that of r16, and writes only then; ZF says whether
struct AdjustRpl {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    std::uint16_t selector;
    if (!require_descriptors(p) || !read_rm<std::uint16_t, kMemory>(p, i, selector)) {
      return Outcome::kFault;
    }
    const unsigned least = rpl_of(p.reg<std::uint16_t>(i.reg));
    const bool raised = rpl_of(selector) < least;
    if (raised) {
      const auto adjusted = static_cast<std::uint16_t>((selector & ~kRplMask) | least);
      if (write_rm<std::uint16_t, kMemory>(p, i, adjusted) != Outcome::kDone) {
        return Outcome::kFault;
      }
    }
    set_zero_flag(p, raised);
    return Outcome::kDone;
  }
};

}  // namespace strata::semantics
