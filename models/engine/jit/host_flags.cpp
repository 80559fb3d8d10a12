#include "models/engine/jit/host_flags.h"

#include <array>

namespace strata::jit {
namespace {

using Xbyak::CodeGenerator;
using Xbyak::Label;

constexpr unsigned kIfZero = 4;
constexpr unsigned kIfNotZero = 5;
constexpr unsigned kOverflowBit = 11;
constexpr unsigned kSignBit = 7;

bool reads_overflow(unsigned condition) {
  const unsigned pair = condition >> 1;
  return pair == 0 || pair >= 6;
}

}  // namespace

bool logic_clears_auxiliary() {
  static const bool kClears = [] {
    std::uint32_t flags[4] = {};  // in AH: as LAHF leaves them, AF set before each
    std::uint32_t value = 0x5A5A00FF;
    const std::uint32_t set = eflags::kAf << 8;
    asm("mov %[set], %%eax\n\tsahf\n\tand %[other], %[value]\n\tlahf\n\tmov %%eax, %[f0]\n\t"
        "mov %[set], %%eax\n\tsahf\n\tor %[other], %[value]\n\tlahf\n\tmov %%eax, %[f1]\n\t"
        "mov %[set], %%eax\n\tsahf\n\txor %[other], %[value]\n\tlahf\n\tmov %%eax, %[f2]\n\t"
        "mov %[set], %%eax\n\tsahf\n\ttest %[other], %[value]\n\tlahf\n\tmov %%eax, %[f3]"
        : [f0] "=m"(flags[0]), [f1] "=m"(flags[1]), [f2] "=m"(flags[2]), [f3] "=m"(flags[3]),
          [value] "+r"(value)
        : [set] "r"(set), [other] "r"(0xA50Fu)
        : "eax", "cc");
    std::uint32_t any = 0;
    for (const std::uint32_t one : flags) any |= one;
    return (any >> 8 & eflags::kAf) == 0;
  }();
  return kClears;
}

void HostFlags::make_image() {
  const auto image = HostCode::image32();
  const auto scratch = HostCode::address32();
  code_.pushfq();
  code_.pop(HostCode::image64());
  const bool overflow = state_.overflow != FlagState::Overflow::kRight;
  const std::uint32_t cleared =
      (state_.clear_auxiliary ? eflags::kAf : 0) | (overflow ? eflags::kOf : 0);
  if (cleared != 0) code_.and_(image, ~cleared);
  if (state_.overflow == FlagState::Overflow::kSignAndCarry) {
    code_.mov(scratch, image);
    code_.shr(scratch, kSignBit);
    code_.xor_(scratch, image);
    code_.and_(scratch, 1);
    code_.shl(scratch, kOverflowBit);
    code_.or_(image, scratch);
  }
}

void HostFlags::keep(std::uint32_t live) {
  if (!state_.in_host || live == 0) return;
  make_image();
  in_image();
}

void HostFlags::give_carry() {
  if (!state_.in_host) code_.bt(HostCode::image32(), 0);
}

void HostFlags::restore() {
  code_.push(HostCode::image64());
  code_.popfq();
}

unsigned HostFlags::condition(unsigned number) {
  if (state_.in_host && state_.overflow != FlagState::Overflow::kRight && reads_overflow(number)) {
    keep(eflags::kStatus);
  }
  if (state_.in_host) return number;
  constexpr std::array<std::uint32_t, 6> kMasks = {
      eflags::kOf, eflags::kCf, eflags::kZf, eflags::kCf | eflags::kZf, eflags::kSf, eflags::kPf};
  const auto image = HostCode::image32();
  const auto scratch = HostCode::address32();
  const unsigned pair = number >> 1;
  if (pair < kMasks.size()) {
    code_.test(image, kMasks[pair]);
  } else {
    // SF xor OF, where OF comes down to SF's place.
    code_.mov(scratch, image);
    code_.shr(scratch, kOverflowBit - kSignBit);
    code_.xor_(scratch, image);
    if (pair == kMasks.size()) {
      code_.test(scratch, eflags::kSf);
    } else {
      code_.and_(scratch, eflags::kSf);
      code_.mov(HostCode::value32(), image);
      code_.and_(HostCode::value32(), eflags::kZf);
      code_.or_(scratch, HostCode::value32());
    }
  }
  return (number & 1) != 0 ? kIfZero : kIfNotZero;
}

void HostFlags::jump_if(unsigned condition, const Label& label) {
  using Jump = void (*)(CodeGenerator&, const Label&);
  static constexpr Jump kJumps[] = {
      [](CodeGenerator& c, const Label& to) { c.jo(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jno(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jb(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jnb(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jz(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jnz(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jbe(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jnbe(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.js(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jns(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jp(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jnp(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jl(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jnl(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jle(to, CodeGenerator::T_NEAR); },
      [](CodeGenerator& c, const Label& to) { c.jnle(to, CodeGenerator::T_NEAR); },
  };
  kJumps[condition](code_, label);
}

void HostFlags::set_if(unsigned condition, const Xbyak::Operand& byte) {
  using Set = void (*)(CodeGenerator&, const Xbyak::Operand&);
  static constexpr Set kSets[] = {
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.seto(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setno(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setb(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setnb(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setz(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setnz(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setbe(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setnbe(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.sets(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setns(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setp(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setnp(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setl(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setnl(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setle(to); },
      [](CodeGenerator& c, const Xbyak::Operand& to) { c.setnle(to); },
  };
  kSets[condition](code_, byte);
}

}  // namespace strata::jit
