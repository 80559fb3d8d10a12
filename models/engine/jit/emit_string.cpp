// String instructions that are not repeated.
#include "models/engine/jit/block_emitter.h"

namespace strata::jit {
namespace {

IrAddress destination_of(const IrInstruction& ir) {
  return {.base = kEdi, .segment = kEs, .words = ir.address.words};
}

}  // namespace

void BlockEmitter::step_index(const IrInstruction& ir, unsigned number) {
  const auto bytes = static_cast<std::int32_t>(ir.bytes);
  const std::int32_t by = translation_.conditions.downwards ? -bytes : bytes;
  code_.lea(HostCode::guest(number, ir.address.words ? 2 : 4),
            code_.ptr[HostCode::guest64(number) + by]);
}

void BlockEmitter::load_string(const IrInstruction& ir) {
  const auto at = memory(ir.address, ir.bytes, false);
  touch();
  code_.mov(HostCode::guest(kEax, ir.bytes), at);
  step_index(ir, kEsi);
}

void BlockEmitter::store_string(const IrInstruction& ir) {
  const auto at = memory(destination_of(ir), ir.bytes, true);
  touch();
  code_.mov(at, HostCode::guest(kEax, ir.bytes));
  step_index(ir, kEdi);
}

/// An access that cannot go on leaves all as it was: the interpreter then reads once more.
void BlockEmitter::move_string(const IrInstruction& ir) {
  const auto scratch = code_.context32(offsetof(JitContext, scratch));
  const auto value = HostCode::part(HostCode::value64(), ir.bytes);
  const bool parked = !direct(destination_of(ir));
  const auto from = memory(ir.address, ir.bytes, false);
  touch();
  code_.mov(value, from);
  if (parked) code_.mov(scratch, HostCode::value32());
  const auto to = memory(destination_of(ir), ir.bytes, true);
  if (parked) code_.mov(HostCode::value32(), scratch);
  touch();
  code_.mov(to, value);
  step_index(ir, kEsi);
  step_index(ir, kEdi);
}

}  // namespace strata::jit
