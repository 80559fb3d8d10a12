// Who may do what: modes, I/O privilege level, privileged instructions (SDM vol. 3, chapters 5 and
// 20).
#pragma once

#include <cstdint>

#include "models/isa/processor.h"

namespace strata {

/// Virtual-8086 mode (SDM vol. 3, 20.1). CPL is 3 there, because SS's DPL is.
inline bool virtual_8086(const Processor& p) {
  return p.protected_mode() && p.flag(eflags::kVm);
}

/// Whether selectors name descriptors: protected mode, but not virtual-8086 mode.
inline bool uses_descriptors(const Processor& p) {
  return p.protected_mode() && !p.flag(eflags::kVm);
}

/// EFLAGS.IOPL
inline unsigned iopl(const Processor& p) {
  return (p.control_flags & eflags::kIopl) >> 12;
}

/// #GP(0) unless CPL is 0 (SDM vol. 3, 5.9).
inline bool require_level0(Processor& p) {
  return p.cpl() == 0 || p.raise(vector::kGeneralProtection);
}

/// #GP(0) if CPL is above IOPL: CLI and STI (SDM vol. 1, 18.5.1). In virtual-8086 mode, where CPL
/// is 3, that is IOPL below 3.
inline bool require_io_privilege(Processor& p) {
  return p.cpl() <= iopl(p) || p.raise(vector::kGeneralProtection);
}

/// #GP(0) in virtual-8086 mode with IOPL below 3: PUSHF POPF INT n IRET (SDM vol. 3, 20.2.7).
inline bool require_v86_privilege(Processor& p) {
  return !virtual_8086(p) || iopl(p) == 3 || p.raise(vector::kGeneralProtection);
}

/// #UD in real and virtual-8086 mode: the instructions about selectors (SDM vol. 3, 20.2.1).
inline bool require_descriptors(Processor& p) {
  return uses_descriptors(p) || p.raise(vector::kInvalidOpcode);
}

/// EFLAGS bits POPF and IRET may change at the current level (SDM vol. 2, POPF and IRET): IOPL only
/// at CPL 0, IF only where CPL is at most IOPL, VM by neither.
inline std::uint32_t changeable_flags(const Processor& p) {
  std::uint32_t mask = ~(eflags::kVm | eflags::kIopl | eflags::kIf);
  if (p.cpl() == 0) {
    mask |= eflags::kIopl;
  }
  if (p.cpl() <= iopl(p)) {
    mask |= eflags::kIf;
  }
  return mask;
}

/// Who an access of privilege level `level` is for the page tables.
inline Privilege privilege_of(unsigned level) {
  return level == 3 ? Privilege::kUser : Privilege::kSupervisor;
}

}  // namespace strata
