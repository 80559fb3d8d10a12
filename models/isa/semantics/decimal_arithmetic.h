// Decimal arithmetic (SDM vol. 1, 7.3.4): DAA DAS AAA AAS AAM AAD. Undefined flags: OF is cleared;
// SF, ZF and PF follow AL; AAM and AAD also clear CF and AF.
#pragma once

#include "models/isa/semantics/operands.h"

namespace strata::semantics {

inline Outcome daa(Processor& p, const Instruction&) {
  const std::uint8_t before = p.reg<std::uint8_t>(kEax);
  const bool low = (before & 15) > 9 || p.flags.af();
  const bool high = before > 0x99 || p.flags.cf();
  const auto al = static_cast<std::uint8_t>(before + (low ? 6 : 0) + (high ? 0x60 : 0));
  p.set_reg<std::uint8_t>(kEax, al);
  p.flags.set(al, high, false, low);
  return Outcome::kDone;
}

inline Outcome das(Processor& p, const Instruction&) {
  const std::uint8_t before = p.reg<std::uint8_t>(kEax);
  const bool low = (before & 15) > 9 || p.flags.af();
  const bool high = before > 0x99 || p.flags.cf();
  const bool borrow = low && before < 6;
  const auto al = static_cast<std::uint8_t>(before - (low ? 6 : 0) - (high ? 0x60 : 0));
  p.set_reg<std::uint8_t>(kEax, al);
  p.flags.set(al, high || borrow, false, low);
  return Outcome::kDone;
}

/// AAA (step 106h) and AAS (step -106h): AX moves as a whole, then AL keeps its low digit.
template <int kStep>
Outcome ascii_adjust(Processor& p, const Instruction&) {
  const std::uint16_t before = p.reg<std::uint16_t>(kEax);
  const bool adjust = (before & 15) > 9 || p.flags.af();
  const auto ax = static_cast<std::uint16_t>((before + (adjust ? kStep : 0)) & 0xFF0F);
  p.set_reg<std::uint16_t>(kEax, ax);
  p.flags.set(static_cast<std::uint8_t>(ax), adjust, false, adjust);
  return Outcome::kDone;
}

/// AAM imm8: #DE if the base is zero.
inline Outcome aam(Processor& p, const Instruction& i) {
  const std::uint8_t base = static_cast<std::uint8_t>(i.immediate);
  if (base == 0) {
    return p.raised(vector::kDivideError);
  }
  const std::uint8_t before = p.reg<std::uint8_t>(kEax);
  const auto al = static_cast<std::uint8_t>(before % base);
  p.set_reg<std::uint16_t>(kEax, static_cast<std::uint16_t>((before / base) << 8 | al));
  p.flags.set(al, false, false, false);
  return Outcome::kDone;
}

/// AAD imm8
inline Outcome aad(Processor& p, const Instruction& i) {
  const std::uint16_t before = p.reg<std::uint16_t>(kEax);
  const auto al = static_cast<std::uint8_t>(before + (before >> 8) * (i.immediate & 0xFF));
  p.set_reg<std::uint16_t>(kEax, al);
  p.flags.set(al, false, false, false);
  return Outcome::kDone;
}

}  // namespace strata::semantics
