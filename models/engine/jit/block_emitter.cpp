#include "models/engine/jit/block_emitter.h"

namespace strata::jit {

// ---- the block ----

void BlockEmitter::emit(const IrBlock& ir) {
  code_.align(16);
  translation_.entry = code_.getSize();
  flags_.in_image();
  for (const IrInstruction& instruction : ir.instructions) {
    emit_instruction(instruction);
    ++index_;
  }
  for (auto& stub : stubs_) emit_stub(*stub);
  emit_edge_stubs();
  translation_.end = code_.getSize();
}

/// EIP behind the instruction at index_, or behind the block.
std::uint32_t BlockEmitter::behind() const {
  const Block& block = *translation_.block;
  const unsigned next = index_ + 1;
  return translation_.eip + (next < block.count ? block.steps[next].offset : block.bytes);
}

void BlockEmitter::emit_instruction(const IrInstruction& ir) {
  has_stub_ = false;
  const bool table = ir.observes() && !windowed();
  if (table) flags_.keep(eflags::kStatus);
  emit_operation(ir);
  if (!has_stub_) return;
  Stub& own = *stubs_.back();
  own.after = flags_.state();
  own.flags_wanted = ir.flags_live != 0;
  own.last = ends_block(ir.op);
  code_.L(own.resume);
}

void BlockEmitter::emit_operation(const IrInstruction& ir) {
  switch (ir.op) {
    case IrOp::kNothing: return;
    case IrOp::kMove: return move(ir);
    case IrOp::kZeroExtend: return extend(ir, false);
    case IrOp::kSignExtend: return extend(ir, true);
    case IrOp::kLoadAddress: return load_address(ir);
    case IrOp::kExchange: return exchange(ir);
    case IrOp::kAdd:
    case IrOp::kOr:
    case IrOp::kAdc:
    case IrOp::kSbb:
    case IrOp::kAnd:
    case IrOp::kSub:
    case IrOp::kXor:
    case IrOp::kCompare:
    case IrOp::kTest: return two_operands(ir);
    case IrOp::kIncrement:
    case IrOp::kDecrement:
    case IrOp::kNegate:
    case IrOp::kNot: return one_operand(ir);
    case IrOp::kShiftLeft:
    case IrOp::kShiftRight:
    case IrOp::kShiftRightSigned: return ir.by_cl ? shift_by_cl(ir) : shift(ir);
    case IrOp::kRotateLeft:
    case IrOp::kRotateRight: return rotate(ir);
    case IrOp::kMultiply: return multiply(ir);
    case IrOp::kMultiplyWide: return multiply_wide(ir, false);
    case IrOp::kMultiplyWideSigned: return multiply_wide(ir, true);
    case IrOp::kSwapBytes: return code_.bswap(HostCode::guest32(ir.destination.number));
    case IrOp::kWidenAccumulator: return widen(ir);
    case IrOp::kSpreadAccumulator: return spread(ir);
    case IrOp::kSetIf: return set_if(ir);
    case IrOp::kPush: return push(ir);
    case IrOp::kPop: return pop(ir);
    case IrOp::kLeave: return leave(ir);
    case IrOp::kInterpret: return interpret(false);
    case IrOp::kFallThrough: --index_; return go_to(behind(), ir.flags_live == 0);
    case IrOp::kJump: return go_to(behind() + ir.immediate, ir.flags_live == 0);
    case IrOp::kBranch:
    case IrOp::kBranchIfNoCount: return branch(ir);
    case IrOp::kLoop: return loop(ir);
    case IrOp::kCall: return call(ir);
    case IrOp::kReturn: return return_near(ir);
    case IrOp::kJumpTo: return jump_to(ir);
    case IrOp::kCallTo: return call_to(ir);
    case IrOp::kInterpretLast: return interpret(true);
  }
}

// ---- stubs, behind the block ----

void BlockEmitter::call_step(unsigned index) {
  code_.mov(HostCode::value64(), reinterpret_cast<std::uintptr_t>(&translation_));
  code_.mov(HostCode::address32(), index);
  code_.call(code_.getCode() + common_.step);
}

/// Where the instruction's access cannot go on: the interpreter carries it out.
void BlockEmitter::emit_stub(Stub& stub) {
  code_.L(stub.entry);
  const std::size_t place = code_.getSize();
  for (Translation::Site& site : translation_.sites) {
    if (site.index == stub.index) site.stub = place;
  }
  flags_.set_state(stub.before);
  flags_.keep(eflags::kStatus);
  call_step(stub.index);
  if (stub.last) return;
  if (stub.after.in_host && stub.flags_wanted) flags_.restore();
  code_.jmp(stub.resume, HostCode::T_NEAR);
}

/// Ways out that are not linked, and the end of the budget, which comes to the same.
void BlockEmitter::emit_edge_stubs() {
  for (unsigned n = 0; n < edges_; ++n) {
    TranslationEdge& edge = translation_.edges[n];
    code_.L(edge_stubs_[n]);
    edge.stub = code_.getSize();
    code_.mov(code_.eip(), edge.eip);
    code_.mov(HostCode::value64(), reinterpret_cast<std::uintptr_t>(&edge));
    code_.mov(code_.context64(offsetof(JitContext, edge)), HostCode::value64());
    code_.mov(code_.context32(offsetof(JitContext, exit)), static_cast<std::uint32_t>(Exit::kEdge));
    code_.jmp(code_.getCode() + common_.leave, HostCode::T_NEAR);
  }
}

// ---- data ----

void BlockEmitter::move(const IrInstruction& ir) {
  const auto [place, number] = ir.destination;
  if (ir.source.is_immediate()) {
    const std::uint64_t value =
        ir.bytes == 4 ? ir.immediate : ir.immediate & ((1u << (8 * ir.bytes)) - 1);
    if (ir.destination.is_register()) {
      code_.mov(HostCode::guest(number, ir.bytes), value);
    } else {
      const auto at = memory(ir, ir.bytes, true);
      touch();
      code_.mov(at, value);
    }
  } else if (ir.source.is_register() && ir.destination.is_register()) {
    code_.mov(HostCode::guest(number, ir.bytes), HostCode::guest(ir.source.number, ir.bytes));
  } else if (ir.source.is_register()) {
    const auto at = memory(ir, ir.bytes, true);
    const Xbyak::Reg source = as_source(ir.source.number, ir.bytes);
    touch();
    code_.mov(at, source);
  } else {
    const auto at = memory(ir, ir.bytes, false);
    if (ir.bytes != 1 || number < 4) {
      touch();
      code_.mov(HostCode::guest(number, ir.bytes), at);
    } else {
      touch();
      code_.movzx(HostCode::value32(), at);
      into_high_byte(number, [&](const Xbyak::Reg& low) {
        code_.mov(low, HostCode::part(HostCode::value64(), 1));
      });
    }
  }
}

void BlockEmitter::extend(const IrInstruction& ir, bool sign) {
  const auto convert = [&](const Xbyak::Reg& to, const Xbyak::Operand& from) {
    if (sign) {
      code_.movsx(to, from);
    } else {
      code_.movzx(to, from);
    }
  };
  // MOVZX and MOVSX r16, r/m16 are moves.
  const auto to = HostCode::guest(ir.destination.number, ir.bytes);
  if (ir.source.is_memory()) {
    const auto at = memory(ir, ir.from_bytes, false);
    touch();
    convert(to, at);
    return;
  }
  const bool high = ir.from_bytes == 1 && ir.source.number >= 4;
  if (high) {
    code_.rorx(HostCode::value32(), HostCode::guest32(ir.source.number & 3), 8);
    convert(to, HostCode::part(HostCode::value64(), 1));
  } else if (ir.from_bytes == 1) {
    convert(to, HostCode::guest(ir.source.number, 1));
  } else {
    convert(to, HostCode::guest(ir.source.number, 2));
  }
}

void BlockEmitter::load_address(const IrInstruction& ir) {
  lea(HostCode::guest32(ir.destination.number), ir.address);
}

/// With memory: no flags change, so an access that cannot go on leaves all as it was.
void BlockEmitter::exchange(const IrInstruction& ir) {
  const auto mine = HostCode::guest(ir.source.number, ir.bytes);
  if (ir.destination.is_register()) {
    code_.xchg(HostCode::guest(ir.destination.number, ir.bytes), mine);
    return;
  }
  const auto at = memory(ir, ir.bytes, true);
  const auto other = HostCode::part(HostCode::value64(), ir.bytes);
  touch();
  code_.mov(other, at);
  touch();
  code_.mov(at, mine);
  code_.mov(mine, other);
}

void BlockEmitter::widen(const IrInstruction& ir) {
  if (ir.bytes == 4) {
    code_.cwde();
  } else {
    code_.cbw();
  }
}

void BlockEmitter::spread(const IrInstruction& ir) {
  if (ir.bytes == 4) {
    code_.cdq();
  } else {
    code_.cwd();
  }
}

void BlockEmitter::set_if(const IrInstruction& ir) {
  const unsigned condition = flags_.condition(ir.condition);
  flags_.set_if(condition, HostCode::guest(ir.destination.number, 1));
}

}  // namespace strata::jit
