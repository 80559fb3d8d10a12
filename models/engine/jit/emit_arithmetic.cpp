// Arithmetic of a block: the host's instruction of the same name, with what the machine says of
// flags that the manual leaves undefined (models/isa/semantics).
#include "models/engine/jit/block_emitter.h"

namespace strata::jit {
namespace {

using Xbyak::CodeGenerator;
using Xbyak::Operand;
using Xbyak::Reg;

/// The host's instruction of two operands.
struct TwoOperands {
  void (CodeGenerator::*with_operand)(const Operand&, const Operand&);
  void (CodeGenerator::*with_immediate)(const Operand&, std::uint32_t);
};

TwoOperands host_operation(IrOp op) {
  switch (op) {
    case IrOp::kAdd: return {&CodeGenerator::add, &CodeGenerator::add};
    case IrOp::kOr: return {&CodeGenerator::or_, &CodeGenerator::or_};
    case IrOp::kAdc: return {&CodeGenerator::adc, &CodeGenerator::adc};
    case IrOp::kSbb: return {&CodeGenerator::sbb, &CodeGenerator::sbb};
    case IrOp::kAnd: return {&CodeGenerator::and_, &CodeGenerator::and_};
    case IrOp::kSub: return {&CodeGenerator::sub, &CodeGenerator::sub};
    case IrOp::kXor: return {&CodeGenerator::xor_, &CodeGenerator::xor_};
    default: return {&CodeGenerator::cmp, &CodeGenerator::cmp};
  }
}

bool is_logical(IrOp op) {
  return op == IrOp::kAnd || op == IrOp::kOr || op == IrOp::kXor || op == IrOp::kTest;
}

/// `count`: a number, or CL.
template <typename Count>
void shift_host(HostCode& code, IrOp op, const Operand& operand, const Count& count) {
  switch (op) {
    case IrOp::kShiftLeft: return code.shl(operand, count);
    case IrOp::kShiftRight: return code.shr(operand, count);
    default: return code.sar(operand, count);
  }
}

template <typename Count>
void rotate_host(HostCode& code, IrOp op, const Operand& operand, const Count& count) {
  if (op == IrOp::kRotateLeft) {
    code.rol(operand, count);
  } else {
    code.ror(operand, count);
  }
}

bool reads_carry(IrOp op) {
  return op == IrOp::kAdc || op == IrOp::kSbb;
}

}  // namespace

void BlockEmitter::two_operands(const IrInstruction& ir) {
  const TwoOperands host = host_operation(ir.op);
  const auto apply = [&](const Operand& to, const Operand& from) {
    if (ir.op == IrOp::kTest) {
      code_.test(to, static_cast<const Reg&>(from));
    } else {
      (code_.*host.with_operand)(to, from);
    }
  };
  const auto apply_immediate = [&](const Operand& to) {
    if (ir.op == IrOp::kTest) {
      code_.test(to, ir.immediate);
    } else {
      (code_.*host.with_immediate)(to, ir.immediate);
    }
  };
  const auto carry = [&] {
    if (reads_carry(ir.op)) flags_.give_carry();
  };
  const bool writes = ir.op != IrOp::kCompare && ir.op != IrOp::kTest;
  if (ir.destination.is_memory()) {
    const auto at = memory(ir.address, ir.bytes, writes);
    if (ir.source.is_immediate()) {
      carry();
      touch();
      apply_immediate(at);
    } else {
      const Reg source = as_source(ir.source.number, ir.bytes);
      carry();
      touch();
      apply(at, source);
    }
  } else if (ir.source.is_memory()) {
    const auto at = memory(ir.address, ir.bytes, false);
    const unsigned number = ir.destination.number;
    if (ir.bytes != 1 || number < 4) {
      carry();
      touch();
      apply(HostCode::guest(number, ir.bytes), at);
    } else {
      touch();
      code_.movzx(HostCode::value32(), at);
      carry();
      into_high_byte(number,
                     [&](const Reg& low) { apply(low, HostCode::part(HostCode::value64(), 1)); });
    }
  } else if (ir.source.is_immediate()) {
    carry();
    apply_immediate(HostCode::guest(ir.destination.number, ir.bytes));
  } else {
    carry();
    apply(HostCode::guest(ir.destination.number, ir.bytes),
          HostCode::guest(ir.source.number, ir.bytes));
  }
  flags_.in_host(is_logical(ir.op) && !logic_clears_auxiliary());
}

void BlockEmitter::one_operand(const IrInstruction& ir) {
  const auto apply = [&](const Operand& operand) {
    switch (ir.op) {
      case IrOp::kIncrement: return code_.inc(operand);
      case IrOp::kDecrement: return code_.dec(operand);
      case IrOp::kNegate: return code_.neg(operand);
      default: return code_.not_(operand);
    }
  };
  const bool keeps_carry = ir.op == IrOp::kIncrement || ir.op == IrOp::kDecrement;
  at_operand(ir, ir.destination, true, apply, [&] {
    if (keeps_carry && (ir.flags_live & eflags::kCf) != 0) flags_.give_carry();
  });
  if (ir.op != IrOp::kNot) flags_.in_host();
}

void BlockEmitter::shift(const IrInstruction& ir) {
  const auto count = static_cast<int>(ir.immediate);
  const auto apply = [&](const Operand& operand) { shift_host(code_, ir.op, operand, count); };
  at_operand(ir, ir.destination, true, apply);
  using enum FlagState::Overflow;
  const auto overflow = count == 1 ? kRight : ir.op == IrOp::kShiftLeft ? kSignAndCarry : kZero;
  flags_.in_host(true, overflow);
}

/// Of a 32-bit register. A count of 0 leaves the flags as they were.
void BlockEmitter::shift_by_cl(const IrInstruction& ir) {
  const auto operand = HostCode::guest32(ir.destination.number);
  const auto apply = [&] { shift_host(code_, ir.op, operand, code_.cl); };
  if (ir.flags_live == 0) {
    apply();
    flags_.in_host();
    return;
  }
  flags_.keep(ir.flags_live);
  Xbyak::Label unchanged;
  code_.test(code_.cl, 31);
  code_.jz(unchanged);
  if (ir.op == IrOp::kShiftRight) {
    // OF is bit 30 of the result (models/isa/semantics/shift_rotate.h).
    apply();
    code_.pushfq();
    code_.pop(HostCode::image64());
    code_.and_(HostCode::image32(), ~(eflags::kAf | eflags::kOf));
    code_.mov(HostCode::address32(), operand);
    code_.shr(HostCode::address32(), 30);
    code_.and_(HostCode::address32(), 1);
    code_.shl(HostCode::address32(), 11);
    code_.or_(HostCode::image32(), HostCode::address32());
  } else {
    apply();
    flags_.in_host(true, ir.op == IrOp::kShiftLeft ? FlagState::Overflow::kSignAndCarry
                                                   : FlagState::Overflow::kZero);
    flags_.keep(ir.flags_live);
  }
  code_.L(unchanged);
  flags_.in_image();
}

void BlockEmitter::rotate(const IrInstruction& ir) {
  if (ir.by_cl || ir.immediate != 1) return rotate_register(ir);
  rotate_once(ir);
}

/// By one: CF and OF are the host's, the others stay.
void BlockEmitter::rotate_once(const IrInstruction& ir) {
  constexpr std::uint32_t kChanged = eflags::kCf | eflags::kOf;
  const bool others = (ir.flags_live & ~kChanged) != 0;
  if (others) flags_.keep(ir.flags_live);
  at_operand(ir, ir.destination, true,
             [&](const Operand& operand) { rotate_host(code_, ir.op, operand, 1); });
  if (ir.flags_live == 0) return;
  if (!others) return flags_.in_host();
  code_.setc(HostCode::part(HostCode::address64(), 1));
  code_.seto(HostCode::part(HostCode::value64(), 1));
  code_.movzx(HostCode::address32(), HostCode::part(HostCode::address64(), 1));
  code_.movzx(HostCode::value32(), HostCode::part(HostCode::value64(), 1));
  set_carry_and_overflow();
}

/// A count of 0 leaves the flags as they were. The host's OF is undefined; the machine's follows
/// from the result (models/isa/semantics/shift_rotate.h).
void BlockEmitter::rotate_register(const IrInstruction& ir) {
  const auto operand = HostCode::guest(ir.destination.number, ir.bytes);
  const auto apply = [&] {
    if (ir.by_cl) {
      rotate_host(code_, ir.op, operand, code_.cl);
    } else {
      rotate_host(code_, ir.op, operand, static_cast<int>(ir.immediate));
    }
  };
  if (ir.flags_live == 0) {
    apply();
    flags_.in_host();
    return;
  }
  flags_.keep(ir.flags_live);
  Xbyak::Label unchanged;
  if (ir.by_cl) {
    code_.test(code_.cl, 31);
    code_.jz(unchanged);
  }
  apply();
  flags_of_rotation(ir, operand);
  code_.L(unchanged);
  flags_.in_image();
}

/// Of the result in a register: left, CF is its lowest bit and OF the highest one xor CF; right, CF
/// is the highest and OF that xor the next.
void BlockEmitter::flags_of_rotation(const IrInstruction& ir, const Reg& result) {
  const int bits = 8 * static_cast<int>(ir.bytes);
  const auto carry = HostCode::address32();
  const auto overflow = HostCode::value32();
  if (bits == 32) {
    code_.mov(overflow, result);
  } else {
    code_.movzx(overflow, result);
  }
  if (ir.op == IrOp::kRotateLeft) {
    code_.mov(carry, overflow);
    code_.and_(carry, 1);
    code_.shr(overflow, bits - 1);
  } else {
    code_.shr(overflow, bits - 2);
    code_.mov(carry, overflow);
    code_.shr(carry, 1);
  }
  code_.xor_(overflow, carry);
  code_.and_(overflow, 1);
  set_carry_and_overflow();
}

/// In the image, from R9D and R10D, which are 0 or 1.
void BlockEmitter::set_carry_and_overflow() {
  constexpr int kOverflowBit = 11;
  code_.shl(HostCode::value32(), kOverflowBit);
  code_.and_(HostCode::image32(), ~(eflags::kCf | eflags::kOf));
  code_.or_(HostCode::image32(), HostCode::address32());
  code_.or_(HostCode::image32(), HostCode::value32());
  flags_.in_image();
}

void BlockEmitter::multiply(const IrInstruction& ir) {
  const auto to = HostCode::guest(ir.destination.number, ir.bytes);
  const auto factor = static_cast<int>(ir.immediate);
  at_operand(ir, ir.source, false, [&](const Operand& from) {
    if (ir.by_immediate) {
      code_.imul(to, from, factor);
    } else {
      code_.imul(to, from);
    }
  });
  keep_product_flags(ir, to);
}

void BlockEmitter::multiply_wide(const IrInstruction& ir, bool sign) {
  const auto apply = [&](const Operand& operand) {
    if (sign) {
      code_.imul(operand);
    } else {
      code_.mul(operand);
    }
  };
  at_operand(ir, ir.source, false, apply);
  keep_product_flags(ir, HostCode::guest(kEax, ir.bytes));
}

/// CF and OF are the host's; SF, ZF and PF follow the low half, AF is zero.
void BlockEmitter::keep_product_flags(const IrInstruction& ir, const Reg& low) {
  flags_.in_host();
  if (ir.flags_live == 0) return;
  code_.seto(HostCode::part(HostCode::value64(), 1));
  code_.test(low, low);
  flags_.in_host(true);
  flags_.keep(ir.flags_live);
  code_.movzx(HostCode::value32(), HostCode::part(HostCode::value64(), 1));
  code_.imul(HostCode::value32(), HostCode::value32(), eflags::kCf | eflags::kOf);
  code_.or_(HostCode::image32(), HostCode::value32());
}

/// Flags stay as they were (models/isa/semantics/binary_arithmetic.h). What is not a simple
/// division, an error among it, is the interpreter's.
void BlockEmitter::divide(const IrInstruction& ir, bool sign) {
  flags_.keep(eflags::kStatus);
  const auto divisor = HostCode::part(HostCode::value64(), ir.bytes);
  if (ir.source.is_memory()) {
    const auto at = memory(ir.address, ir.bytes, false);
    touch();
    code_.mov(divisor, at);
  } else {
    code_.mov(divisor, as_source(ir.source.number, ir.bytes));
  }
  check_quotient(ir.bytes, sign);
  if (sign) {
    code_.idiv(divisor);
  } else {
    code_.div(divisor);
  }
}

/// Goes to the stub where the quotient of the double accumulator and R10 might not fit, or might
/// not be one. Without sign it fits if the upper half is below the divisor; with it, if the upper
/// half only repeats the sign, but for a divisor of 0 or -1.
void BlockEmitter::check_quotient(unsigned bytes, bool sign) {
  const auto scratch = HostCode::part(HostCode::address64(), bytes);
  const auto divisor = HostCode::part(HostCode::value64(), bytes);
  const auto& slow = stub().entry;
  if (bytes == 1) {
    code_.rorx(HostCode::address32(), HostCode::guest32(kEax), 8);
  } else {
    code_.mov(scratch, HostCode::guest(kEdx, bytes));
  }
  if (!sign) {
    code_.cmp(scratch, divisor);
    code_.jae(slow, HostCode::T_NEAR);
    return;
  }
  const auto low = HostCode::guest(kEax, bytes);
  Xbyak::Label negative, fits;
  code_.test(low, low);
  code_.js(negative);
  code_.test(scratch, scratch);
  code_.jnz(slow, HostCode::T_NEAR);
  code_.jmp(fits);
  code_.L(negative);
  code_.cmp(scratch, -1);
  code_.jne(slow, HostCode::T_NEAR);
  code_.L(fits);
  code_.mov(scratch, divisor);
  code_.add(scratch, 1);
  code_.cmp(scratch, 1);
  code_.jbe(slow, HostCode::T_NEAR);
}

}  // namespace strata::jit
