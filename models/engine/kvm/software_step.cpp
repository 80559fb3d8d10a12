#include "models/engine/kvm/software_step.h"

#include "models/isa/fetch.h"

namespace strata {

const Instruction* SoftwareStep::fetch_one() {
  return fetch_instruction(processor_, instruction_) ? &instruction_ : nullptr;
}

bool SoftwareStep::step_state(CpuState& state) {
  const std::uint32_t pending = state.pending_exception;
  if (pending != kPendingDebugTrap) state.pending_exception = 0;
  load_state(state);
  step();
  state = SoftwareStep::state();
  if (pending != kPendingDebugTrap && state.pending_exception == 0) {
    state.pending_exception = pending;
  }
  return !shutdown();
}

bool SoftwareStep::interrupt_state(CpuState& state, std::uint8_t vector) {
  load_state(state);
  deliver_interrupt(vector);
  state = SoftwareStep::state();
  return !shutdown();
}

bool SoftwareStep::nmi_state(CpuState& state) {
  load_state(state);
  deliver_nmi();
  state = SoftwareStep::state();
  return !shutdown();
}

}  // namespace strata
