// System instructions (SDM vol. 3, 2.8): descriptor tables, machine status word, HLT.
#pragma once

#include "models/isa/privilege.h"
#include "models/isa/semantics/operands.h"

namespace strata::semantics {

inline Outcome undefined_opcode(Processor& p, const Instruction&) {
  return p.raised(vector::kInvalidOpcode);
}

inline Outcome nop(Processor&, const Instruction&) {
  return Outcome::kDone;
}

inline Outcome hlt(Processor& p, const Instruction&) {
  if (!require_level0(p)) {
    return Outcome::kFault;
  }
  p.system.halted = 1;
  p.request_attention();
  return Outcome::kDone;
}

inline Outcome clts(Processor& p, const Instruction&) {
  if (!require_level0(p)) {
    return Outcome::kFault;
  }
  p.set_cr0(p.system.cr0 & ~cr0::kTs);
  return Outcome::kDone;
}

/// SMSW r/m16: memory gets 16 bits, a register the operand size of CR0
struct Smsw {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    if constexpr (kMemory) {
      return write_rm<std::uint16_t, true>(p, i, static_cast<std::uint16_t>(p.system.cr0));
    } else {
      return write_rm<T, false>(p, i, static_cast<T>(p.system.cr0));
    }
  }
};

/// LMSW r/m16: loads PE, MP, EM, TS; cannot clear PE
struct Lmsw {
  template <typename T, bool kMemory>
  static Outcome run(Processor& p, const Instruction& i) {
    std::uint16_t value;
    if (!require_level0(p) || !read_rm<std::uint16_t, kMemory>(p, i, value)) {
      return Outcome::kFault;
    }
    constexpr std::uint32_t kCleared = cr0::kMp | cr0::kEm | cr0::kTs;
    p.set_cr0((p.system.cr0 & ~kCleared) | (value & (kCleared | cr0::kPe)));
    return Outcome::kDone;
  }
};

/// SGDT, SIDT m: limit, then base; with 16-bit operands the base's top byte is stored as zero
template <TableState CpuState::*kTable>
struct StoreTable {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    const TableState& table = p.system.*kTable;
    const std::uint32_t base = sizeof(T) == 2 ? table.base & 0x00FFFFFF : table.base;
    Location<std::uint16_t> limit_at;
    Location<std::uint32_t> base_at;
    if (!p.locate<std::uint16_t>(i.segment, p.effective_address(i), limit_at) ||
        !p.locate<std::uint32_t>(i.segment, p.item_address(i, 2), base_at)) {
      return Outcome::kFault;
    }
    p.store<std::uint16_t>(limit_at, static_cast<std::uint16_t>(table.limit));
    p.store<std::uint32_t>(base_at, base);
    return Outcome::kDone;
  }
};

/// LGDT, LIDT m: with 16-bit operands the base has 24 bits
template <TableState CpuState::*kTable>
struct LoadTable {
  template <typename T>
  static Outcome run(Processor& p, const Instruction& i) {
    std::uint16_t limit;
    std::uint32_t base;
    if (!require_level0(p) || !p.read<std::uint16_t>(i.segment, p.effective_address(i), limit) ||
        !p.read<std::uint32_t>(i.segment, p.item_address(i, 2), base)) {
      return Outcome::kFault;
    }
    p.system.*kTable = {.base = sizeof(T) == 2 ? base & 0x00FFFFFF : base, .limit = limit};
    return Outcome::kDone;
  }
};

}  // namespace strata::semantics
