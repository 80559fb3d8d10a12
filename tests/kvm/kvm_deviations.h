// What KVMs that emulate do differently from the manual, each by name (README.md has the manual's
// words). A KVM that virtualises is forgiven nothing here.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/isa/cpu_state.h"
#include "models/isa/instruction.h"

namespace strata::test {

/// One step, as both sides have ended it.
struct ComparedStep {
  const Instruction& instruction;
  bool real_mode = false;
  bool handled = false;         // it raised an exception or an interrupt
  std::uint32_t undefined = 0;  // flags
};

/// Empty if the instruction is undefined.
std::string_view mnemonic_of(const Instruction& instruction);

/// Whether the instruction cannot be compared at all on an emulating KVM.
bool is_left_out_of_emulation(const Instruction& instruction, bool real_mode);

/// Makes `expected` like `kvm` where an emulating KVM is known to deviate; may add flags to
/// `step.undefined`.
void forgive_emulation(ComparedStep& step, const CpuState& kvm, CpuState& expected);

}  // namespace strata::test
