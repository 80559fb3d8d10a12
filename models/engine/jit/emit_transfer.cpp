// The stack, and the ways out of a block.
#include "models/engine/jit/block_emitter.h"

namespace strata::jit {

// ---- stack ----

/// The value of the source, into R10D.
void BlockEmitter::load_value(const IrInstruction& ir) {
  if (ir.source.is_memory()) {
    const auto at = memory(ir.address, ir.bytes, false);
    touch();
    if (ir.bytes == 2) {
      code_.movzx(HostCode::value32(), at);
    } else {
      code_.mov(HostCode::value32(), at);
    }
  } else if (ir.bytes == 2) {
    code_.movzx(HostCode::value32(), HostCode::guest(ir.source.number, 2));
  } else {
    code_.mov(HostCode::value32(), HostCode::guest32(ir.source.number));
  }
}

/// ESP, or SP.
Xbyak::Reg BlockEmitter::stack_pointer() const {
  return HostCode::guest(kEsp, translation_.conditions.stack16 ? 2 : 4);
}

/// The stack pointer moves when nothing can stop the instruction any more.
void BlockEmitter::push(const IrInstruction& ir) {
  const auto scratch = code_.context32(offsetof(JitContext, scratch));
  const auto bytes = static_cast<std::int32_t>(ir.bytes);
  const bool parked = ir.source.is_memory() && !direct(at_register(kEsp, -bytes));
  if (ir.source.is_memory()) load_value(ir);
  if (parked) code_.mov(scratch, HostCode::value32());
  const auto at = stack(-bytes, ir.bytes, true);
  if (parked) code_.mov(HostCode::value32(), scratch);
  touch();
  if (ir.source.is_register()) {
    code_.mov(at, HostCode::guest(ir.source.number, ir.bytes));
  } else if (ir.source.is_memory()) {
    code_.mov(at, HostCode::part(HostCode::value64(), ir.bytes));
  } else {
    code_.mov(at, ir.bytes == 2 ? ir.immediate & 0xFFFF : ir.immediate);
  }
  move_stack(-bytes);
}

void BlockEmitter::pop(const IrInstruction& ir) {
  const auto value = HostCode::part(HostCode::value64(), ir.bytes);
  const auto at = stack(0, ir.bytes, false);
  touch();
  code_.mov(value, at);
  move_stack(static_cast<std::int32_t>(ir.bytes));
  code_.mov(HostCode::guest(ir.destination.number, ir.bytes), value);
}

void BlockEmitter::leave(const IrInstruction& ir) {
  const auto value = HostCode::part(HostCode::value64(), ir.bytes);
  const auto at = memory(at_register(kEbp, 0), ir.bytes, false);
  touch();
  code_.mov(value, at);
  code_.lea(stack_pointer(),
            code_.ptr[HostCode::guest64(kEbp) + static_cast<std::int32_t>(ir.bytes)]);
  code_.mov(HostCode::guest(kEbp, ir.bytes), value);
}

void BlockEmitter::move_stack(std::int32_t by) {
  code_.lea(stack_pointer(), code_.ptr[HostCode::guest64(kEsp) + by]);
}

// ---- ways out ----

TranslationEdge& BlockEmitter::new_edge(std::uint32_t eip, bool flags_lost) {
  TranslationEdge& edge = translation_.edges[edges_];
  edge.from = &translation_;
  edge.eip = eip;
  edge.flags_lost = flags_lost;
  edge.host_flags = flags_.state().in_host && !flags_lost;
  edge.right_flags = flags_.state().right();
  edge_flags_[edges_] = flags_.state();
  return edge;
}

/// Jumps to what is known to follow at `eip`.
void BlockEmitter::go_to(std::uint32_t eip, bool flags_lost) {
  if (counts_at_end_) {
    if (!flags_lost) flags_.keep(eflags::kStatus);
    code_.sub(HostCode::budget32(), translation_.block->count);
    code_.js(edge_stubs_[edges_], HostCode::T_NEAR);
  }
  TranslationEdge& edge = new_edge(eip, flags_lost);
  code_.jmp(edge_stubs_[edges_], HostCode::T_NEAR);
  edge.jump = code_.getSize() - 4;
  ++edges_;
}

/// To EIP in R9D. The flags' image has been made.
void BlockEmitter::go_indirect() {
  Xbyak::Label miss;
  if (counts_at_end_) {
    code_.sub(HostCode::budget32(), translation_.block->count);
    code_.js(miss);
  }
  go_by_table(miss);
}

/// The same where the block has been taken off the budget. What is not in the table goes to `miss`,
/// which leaves to the engine.
void BlockEmitter::go_by_table(Xbyak::Label& miss) {
  const auto target = HostCode::address64();
  const auto slot = HostCode::value64();
  const int jumps = code_.context_offset() + static_cast<int>(offsetof(JitContext, jumps));
  code_.mov(HostCode::value32(), HostCode::address32());
  code_.and_(HostCode::value32(), JitContext::kJumps - 1);
  code_.shl(HostCode::value32(), 4);
  code_.or_(target, code_.context64(offsetof(JitContext, tag)));
  code_.cmp(target, code_.qword[HostCode::processor64() + slot + jumps]);
  code_.jne(miss);
  code_.jmp(code_.qword[HostCode::processor64() + slot +
                        (jumps + static_cast<int>(offsetof(JitContext::Jump, code)))]);
  code_.L(miss);
  code_.mov(code_.eip(), HostCode::address32());
  code_.mov(code_.context32(offsetof(JitContext, exit)), static_cast<std::uint32_t>(Exit::kMiss));
  code_.jmp(code_.getCode() + common_.leave, HostCode::T_NEAR);
}

/// Sets ZF if the counter is zero.
void BlockEmitter::test_count(const IrInstruction& ir) {
  const auto count = HostCode::guest(kEcx, ir.count16 ? 2 : 4);
  code_.test(count, count);
}

void BlockEmitter::branch(const IrInstruction& ir) {
  constexpr unsigned kIfZero = 4;
  const bool lost = ir.flags_live == 0;
  if (ir.op == IrOp::kBranch) return branch_on(flags_.condition(ir.condition), ir.target, lost);
  flags_.keep(ir.flags_live);
  test_count(ir);
  branch_on(kIfZero, ir.target, lost);
}

void BlockEmitter::loop(const IrInstruction& ir) {
  constexpr unsigned kIfNotZero = 5;
  flags_.keep(ir.flags_live);
  code_.lea(HostCode::guest(kEcx, ir.count16 ? 2 : 4), code_.ptr[HostCode::guest64(kEcx) - 1]);
  test_count(ir);
  branch_on(kIfNotZero, ir.target, ir.flags_live == 0);
}

/// To `target` on a condition of the host, else behind the block.
void BlockEmitter::branch_on(unsigned condition, std::uint32_t target, bool lost) {
  if (counts_at_end_) {
    Xbyak::Label taken;
    flags_.jump_if(condition, taken);
    const FlagState state = flags_.state();
    go_to(behind(), lost);
    flags_.set_state(state);
    code_.L(taken);
    go_to(target, lost);
    return;
  }
  TranslationEdge& edge = new_edge(target, lost);
  flags_.jump_if(condition, edge_stubs_[edges_]);
  edge.jump = code_.getSize() - 4;
  ++edges_;
  go_to(behind(), lost);
}

void BlockEmitter::call(const IrInstruction& ir) {
  push_return(ir);
  go_to(ir.target, ir.flags_live == 0);
}

void BlockEmitter::call_to(const IrInstruction& ir) {
  flags_.keep(eflags::kStatus);
  const auto scratch = code_.context32(offsetof(JitContext, scratch));
  load_value(ir);
  code_.mov(scratch, HostCode::value32());
  push_return(ir);
  code_.mov(HostCode::address32(), scratch);
  go_indirect();
}

void BlockEmitter::push_return(const IrInstruction& ir) {
  const auto at = stack(-static_cast<std::int32_t>(ir.bytes), ir.bytes, true);
  touch();
  code_.mov(at, ir.bytes == 2 ? behind() & 0xFFFF : behind());
  move_stack(-static_cast<std::int32_t>(ir.bytes));
}

void BlockEmitter::jump_to(const IrInstruction& ir) {
  flags_.keep(eflags::kStatus);
  load_value(ir);
  code_.mov(HostCode::address32(), HostCode::value32());
  go_indirect();
}

void BlockEmitter::return_near(const IrInstruction& ir) {
  flags_.keep(eflags::kStatus);
  const auto at = stack(0, ir.bytes, false);
  touch();
  if (ir.bytes == 2) {
    code_.movzx(HostCode::address32(), at);
  } else {
    code_.mov(HostCode::address32(), at);
  }
  move_stack(static_cast<std::int32_t>(ir.bytes + ir.immediate));
  go_indirect();
}

void BlockEmitter::interpret(bool last) {
  flags_.keep(eflags::kStatus);
  call_step(index_);
  if (!last) flags_.in_image();
}

void BlockEmitter::interpret_on(const IrInstruction& ir) {
  translation_.goes_on = true;
  interpret(false);
  go_to(behind(), ir.flags_live == 0);
}

}  // namespace strata::jit
