// WAIT and ESC where there is no FPU (SDM vol. 3, 2.5 and 22.20.2). CR0.EM and TS turn every ESC
// into #NM, so that a kernel can emulate. With both clear the instruction goes to a coprocessor
// that does not answer. "The FSTCW instruction will give a value of FFFFH for the Intel486 SX
// microprocessor" (22.20.2): the control and the status word read all ones, the rest does nothing;
// programs look for an FPU this way, on a 586 too: they execute FNINIT before they ask CPUID. The
// first word of a memory operand is accessed.
#pragma once

#include "models/isa/semantics/operands.h"

namespace strata::semantics {

/// WAIT: #NM if CR0.MP and CR0.TS are set
inline Outcome wait(Processor& p, const Instruction&) {
  constexpr std::uint32_t kBoth = cr0::kMp | cr0::kTs;
  return (p.system.cr0 & kBoth) == kBoth ? p.raised(vector::kDeviceNotAvailable) : Outcome::kDone;
}

/// What an ESC opcode stores of the coprocessor's words.
enum class EscapeStore {
  kNone,
  kMemory,  // /7 m16: D9 FNSTCW, DD FNSTSW
  kAx,      // E0: DF FNSTSW AX
};

/// ESC m or ESC register form
template <EscapeStore kStore>
Outcome escape(Processor& p, const Instruction& i) {
  constexpr std::uint16_t kNoAnswer = 0xFFFF;
  if ((p.system.cr0 & (cr0::kEm | cr0::kTs)) != 0) {
    return p.raised(vector::kDeviceNotAvailable);
  }
  if (kStore == EscapeStore::kMemory && i.memory && i.reg == 7) {
    return write_rm<std::uint16_t, true>(p, i, kNoAnswer);
  }
  if (kStore == EscapeStore::kAx && !i.memory && i.reg == 4 && i.rm == 0) {
    p.set_reg<std::uint16_t>(kEax, kNoAnswer);
    return Outcome::kDone;
  }
  std::uint16_t operand;
  return !i.memory || read_rm<std::uint16_t, true>(p, i, operand) ? Outcome::kDone
                                                                  : Outcome::kFault;
}

}  // namespace strata::semantics
