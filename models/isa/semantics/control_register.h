// Control, debug and test registers (SDM vol. 3, 2.5 and 17.2; vol. 2, MOV - Move to/from Control
// Registers; 80386 Programmer's Reference Manual, 10.6) and INVLPG. Only level 0 may use them; a
// register that does not exist is #UD before that is looked at.
#pragma once

#include "models/isa/privilege.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

inline bool control_register_exists(const Processor& p, unsigned number) {
  return number == 0 || number == 2 || number == 3 || (number == 4 && p.family >= CpuFamily::k586);
}

/// MOV r32, CRn
inline Outcome mov_from_control(Processor& p, const Instruction& i) {
  if (!control_register_exists(p, i.reg)) {
    return p.raised(vector::kInvalidOpcode);
  }
  if (!require_level0(p)) {
    return Outcome::kFault;
  }
  switch (i.reg) {
    case 0: p.gpr[i.rm] = p.system.cr0; break;
    case 2: p.gpr[i.rm] = p.system.cr2; break;
    case 3: p.gpr[i.rm] = p.system.cr3; break;
    default: p.gpr[i.rm] = p.system.cr4; break;
  }
  return Outcome::kDone;
}

/// CR0's bits that are not there are written as zero, ET reads one. #GP(0) for PG without PE, and
/// on the 486 and later for NW without CD (SDM vol. 3, table 11-5).
inline Outcome write_cr0(Processor& p, std::uint32_t value) {
  constexpr std::uint32_t k386Bits = cr0::kPe | cr0::kMp | cr0::kEm | cr0::kTs | cr0::kPg;
  constexpr std::uint32_t k486Bits = cr0::kNe | cr0::kWp | cr0::kAm | cr0::kNw | cr0::kCd;
  value &= k386Bits | (p.family >= CpuFamily::k486 ? k486Bits : 0);
  const bool paging_in_real_mode = (value & (cr0::kPg | cr0::kPe)) == cr0::kPg;
  const bool no_write_through_only = (value & (cr0::kNw | cr0::kCd)) == cr0::kNw;
  if (paging_in_real_mode || no_write_through_only) {
    return p.raised(vector::kGeneralProtection);
  }
  p.set_cr0(value | cr0::kEt);
  return Outcome::kDone;
}

/// MOV CRn, r32
inline Outcome mov_to_control(Processor& p, const Instruction& i) {
  const std::uint32_t value = p.gpr[i.rm];
  if (!control_register_exists(p, i.reg)) {
    return p.raised(vector::kInvalidOpcode);
  }
  if (!require_level0(p)) {
    return Outcome::kFault;
  }
  switch (i.reg) {
    case 0: return write_cr0(p, value);
    case 2: p.system.cr2 = value; break;
    case 3: p.set_cr3(value); break;
    default:
      if ((value & ~cr4::kWritable) != 0) {
        return p.raised(vector::kGeneralProtection);
      }
      p.set_cr4(value);
      break;
  }
  return Outcome::kDone;
}

/// The debug register MOV names: DR4 and DR5 are DR6 and DR7 unless CR4.DE makes them #UD. An
/// access while DR7.GD is set is a fault of its own (SDM vol. 3, 17.2.2 and 17.2.4).
inline bool debug_register(Processor& p, const Instruction& i, unsigned& number) {
  const bool alias = i.reg == 4 || i.reg == 5;
  if (alias && (p.system.cr4 & cr4::kDe) != 0) {
    return p.raise(vector::kInvalidOpcode);
  }
  if (!require_level0(p)) {
    return false;
  }
  if ((p.system.dr[7] & dr7::kGd) != 0) {
    p.system.dr[6] |= dr6::kBd;
    return p.raise(vector::kDebug);
  }
  number = alias ? i.reg + 2u : i.reg;
  return true;
}

/// MOV r32, DRn
inline Outcome mov_from_debug(Processor& p, const Instruction& i) {
  unsigned number = 0;
  if (!debug_register(p, i, number)) {
    return Outcome::kFault;
  }
  p.gpr[i.rm] = p.system.dr[number];
  return Outcome::kDone;
}

/// MOV DRn, r32
inline Outcome mov_to_debug(Processor& p, const Instruction& i) {
  unsigned number = 0;
  if (!debug_register(p, i, number)) {
    return Outcome::kFault;
  }
  p.set_debug_register(number, p.gpr[i.rm]);
  return Outcome::kDone;
}

/// MOV TRn: TR6 and TR7 of the 386 test its TLB, TR3 to TR5 of the 486 its cache. Here they read
/// zero and drop what is written.
inline bool test_register(Processor& p, const Instruction& i) {
  const bool exists =
      (p.family == CpuFamily::k386 && i.reg >= 6) || (p.family == CpuFamily::k486 && i.reg >= 3);
  return exists ? require_level0(p) : p.raise(vector::kInvalidOpcode);
}

inline Outcome mov_from_test(Processor& p, const Instruction& i) {
  if (!test_register(p, i)) {
    return Outcome::kFault;
  }
  p.gpr[i.rm] = 0;
  return Outcome::kDone;
}

inline Outcome mov_to_test(Processor& p, const Instruction& i) {
  return test_register(p, i) ? Outcome::kDone : Outcome::kFault;
}

/// INVLPG m: the address is neither checked against its segment nor translated
inline Outcome invlpg(Processor& p, const Instruction& i) {
  if (!require_level0(p)) {
    return Outcome::kFault;
  }
  p.flush_page(p.system.seg[i.segment].base + p.effective_address(i));
  return Outcome::kDone;
}

}  // namespace strata::semantics
