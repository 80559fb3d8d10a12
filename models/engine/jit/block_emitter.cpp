#include "models/engine/jit/block_emitter.h"

namespace strata::jit {

// ---- the block ----

/// The first instruction before which nobody may ask for flags; the count of all: none is.
unsigned BlockEmitter::first_without_flags(const IrBlock& ir) {
  unsigned n = 0;
  while (n < ir.instructions.size() && ir.instructions[n].flags_live_before() != 0) ++n;
  return n;
}

/// Where there is a place without flags the budget is looked at there, and flags may come in the
/// host's; what stands before that place is emitted twice, for either way they come. Else the
/// budget is looked at behind the block.
void BlockEmitter::emit(const IrBlock& ir) {
  const auto count = static_cast<unsigned>(ir.instructions.size());
  const unsigned place = first_without_flags(ir);
  code_.align(16);
  translation_.begin = code_.getSize();
  translation_.counted_from = place < count ? place : translation_.block->count;
  counts_at_end_ = place == count;
  if (counts_at_end_) {
    translation_.entry = translation_.begin;
    flags_.in_image();
    if (translation_.listed) count_execution();
    emit_through(ir, 0, count);
  } else {
    emit_with_check(ir, place);
  }
  for (auto& stub : stubs_) emit_stub(*stub);
  emit_edge_stubs();
  translation_.end = code_.getSize();
}

void BlockEmitter::emit_with_check(const IrBlock& ir, unsigned place) {
  translation_.host_entry = translation_.begin;
  flags_.in_host();
  emit_through(ir, 0, place);
  Xbyak::Label check;
  code_.L(check);
  emit_check();
  emit_through(ir, place, static_cast<unsigned>(ir.instructions.size()));
  if (place == 0) {
    translation_.entry = translation_.host_entry;
    return;
  }
  listing_ = false;
  translation_.entry = code_.getSize();
  flags_.in_image();
  emit_through(ir, 0, place);
  code_.jmp(check, HostCode::T_NEAR);
}

void BlockEmitter::emit_through(const IrBlock& ir, unsigned from, unsigned to) {
  for (index_ = from; index_ < to; ++index_) {
    note_place();
    emit_instruction(ir.instructions[index_]);
  }
  if (to == ir.instructions.size()) note_place();
}

/// Takes the block off the budget; flags are nobody's here.
void BlockEmitter::emit_check() {
  flags_.in_host();
  if (translation_.listed) count_execution();
  code_.sub(HostCode::budget32(), translation_.block->count);
  code_.js(out_of_budget_, HostCode::T_NEAR);
}

void BlockEmitter::note_place() {
  if (translation_.listed && listing_) translation_.places.push_back(code_.getSize());
}

/// Without touching the host's flags.
void BlockEmitter::count_execution() {
  code_.mov(HostCode::address64(), reinterpret_cast<std::uintptr_t>(&translation_.executions));
  code_.mov(HostCode::value64(), code_.qword[HostCode::address64()]);
  code_.lea(HostCode::value64(), code_.ptr[HostCode::value64() + 1]);
  code_.mov(code_.qword[HostCode::address64()], HostCode::value64());
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
    case IrOp::kDivide: return divide(ir, false);
    case IrOp::kDivideSigned: return divide(ir, true);
    case IrOp::kSwapBytes: return code_.bswap(HostCode::guest32(ir.destination.number));
    case IrOp::kWidenAccumulator: return widen(ir);
    case IrOp::kSpreadAccumulator: return spread(ir);
    case IrOp::kSetIf: return set_if(ir);
    case IrOp::kPush: return push(ir);
    case IrOp::kPop: return pop(ir);
    case IrOp::kLeave: return leave(ir);
    case IrOp::kLoadString: return load_string(ir);
    case IrOp::kStoreString: return store_string(ir);
    case IrOp::kMoveString: return move_string(ir);
    case IrOp::kInterpret: return interpret(false);
    case IrOp::kInterpretOn: return interpret_on(ir);
    case IrOp::kFallThrough: return go_to(behind(), ir.flags_live == 0);
    case IrOp::kJump: return go_to(ir.target, ir.flags_live == 0);
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
  for (const std::size_t site : stub.sites) translation_.sites[site].stub = code_.getSize();
  flags_.set_state(stub.before);
  flags_.keep(eflags::kStatus);
  call_step(stub.index);
  if (stub.last) return;
  if (stub.after.in_host && stub.flags_wanted) flags_.restore();
  code_.jmp(stub.resume, HostCode::T_NEAR);
}

void BlockEmitter::leave_at(std::uint32_t eip, Exit exit) {
  code_.mov(code_.eip(), eip);
  code_.mov(code_.context32(offsetof(JitContext, exit)), static_cast<std::uint32_t>(exit));
  code_.jmp(code_.getCode() + common_.leave, HostCode::T_NEAR);
}

/// To the engine, which links the edge. Where addresses are looked up, what is in another page may
/// be elsewhere next time, so a way there is never linked: it asks the table of indirect jumps.
void BlockEmitter::emit_edge_exit(TranslationEdge& edge) {
  const std::uint32_t offset = edge.eip - translation_.eip + translation_.block->offset;
  if (translation_.conditions.looks_up && offset > GuestMemory::kPageMask) {
    Xbyak::Label miss;
    code_.mov(HostCode::address32(), edge.eip);
    if (counts_at_end_) {
      code_.test(HostCode::budget32(), HostCode::budget32());
      code_.js(miss);
    }
    return go_by_table(miss);
  }
  code_.mov(HostCode::value64(), reinterpret_cast<std::uintptr_t>(&edge));
  code_.mov(code_.context64(offsetof(JitContext, edge)), HostCode::value64());
  leave_at(edge.eip, Exit::kEdge);
}

/// Ways out that are not linked, and the end of the budget.
void BlockEmitter::emit_edge_stubs() {
  for (unsigned n = 0; n < edges_; ++n) {
    TranslationEdge& edge = translation_.edges[n];
    code_.L(edge_stubs_[n]);
    edge.stub = code_.getSize();
    Xbyak::Label exit;
    if (edge.host_flags) {
      flags_.set_state(edge_flags_[n]);
      flags_.keep(eflags::kStatus);
      code_.jmp(exit, HostCode::T_NEAR);
      edge.image_jump = code_.getSize() - 4;
    }
    code_.L(exit);
    edge.exit = code_.getSize();
    emit_edge_exit(edge);
  }
  if (counts_at_end_) return;
  const Block& block = *translation_.block;
  const unsigned place = translation_.counted_from;
  code_.L(out_of_budget_);
  code_.add(HostCode::budget32(), block.count - place);
  const std::uint32_t offset = place < block.count ? block.steps[place].offset : block.bytes;
  leave_at(translation_.eip + offset, Exit::kBudget);
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
      const auto at = memory(ir.address, ir.bytes, true);
      touch();
      code_.mov(at, value);
    }
  } else if (ir.source.is_register() && ir.destination.is_register()) {
    code_.mov(HostCode::guest(number, ir.bytes), HostCode::guest(ir.source.number, ir.bytes));
  } else if (ir.source.is_register()) {
    const auto at = memory(ir.address, ir.bytes, true);
    const Xbyak::Reg source = as_source(ir.source.number, ir.bytes);
    touch();
    code_.mov(at, source);
  } else {
    const auto at = memory(ir.address, ir.bytes, false);
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
    const auto at = memory(ir.address, ir.from_bytes, false);
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
  const auto to = HostCode::guest(ir.destination.number, ir.bytes);
  if (ir.bytes == 4) return lea(HostCode::guest32(ir.destination.number), ir.address);
  lea(HostCode::address32(), ir.address);
  code_.mov(to, HostCode::part(HostCode::address64(), ir.bytes));
}

/// With memory: no flags change, so an access that cannot go on leaves all as it was.
void BlockEmitter::exchange(const IrInstruction& ir) {
  const auto mine = HostCode::guest(ir.source.number, ir.bytes);
  if (ir.destination.is_register()) {
    code_.xchg(HostCode::guest(ir.destination.number, ir.bytes), mine);
    return;
  }
  const auto at = memory(ir.address, ir.bytes, true);
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
