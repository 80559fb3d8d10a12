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
  using Jump = void (CodeGenerator::*)(const Label&, CodeGenerator::LabelType);
  static constexpr Jump kJumps[] = {
      &CodeGenerator::jo, &CodeGenerator::jno, &CodeGenerator::jb,  &CodeGenerator::jnb,
      &CodeGenerator::jz, &CodeGenerator::jnz, &CodeGenerator::jbe, &CodeGenerator::jnbe,
      &CodeGenerator::js, &CodeGenerator::jns, &CodeGenerator::jp,  &CodeGenerator::jnp,
      &CodeGenerator::jl, &CodeGenerator::jnl, &CodeGenerator::jle, &CodeGenerator::jnle};
  (code_.*kJumps[condition])(label, CodeGenerator::T_NEAR);
}

void HostFlags::set_if(unsigned condition, const Xbyak::Operand& byte) {
  using Set = void (CodeGenerator::*)(const Xbyak::Operand&);
  static constexpr Set kSets[] = {
      &CodeGenerator::seto, &CodeGenerator::setno, &CodeGenerator::setb,  &CodeGenerator::setnb,
      &CodeGenerator::setz, &CodeGenerator::setnz, &CodeGenerator::setbe, &CodeGenerator::setnbe,
      &CodeGenerator::sets, &CodeGenerator::setns, &CodeGenerator::setp,  &CodeGenerator::setnp,
      &CodeGenerator::setl, &CodeGenerator::setnl, &CodeGenerator::setle, &CodeGenerator::setnle};
  (code_.*kSets[condition])(byte);
}

}  // namespace strata::jit
