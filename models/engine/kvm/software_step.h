// Carries out one instruction, or the delivery of an interrupt, in software, for KVMs that leave
// the guest because they cannot emulate it (KVM_INTERNAL_ERROR_EMULATION, or a shutdown that is
// none): one that emulates instead of virtualising lacks, for instance, IRET in protected mode.
// Uses the instruction set's own semantics, on the same memory and the same bus.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/engine/software_engine.h"
#include "models/isa/instruction.h"

namespace strata {

class SoftwareStep final : public SoftwareEngine {
 public:
  /// `bus` outlives this.
  SoftwareStep(EngineBus& bus, std::span<const MemoryRegion> memory,
               CpuFamily family = CpuFamily::k586)
      : SoftwareEngine(bus, memory, 1, family) {}

  std::string_view name() const override { return "software-step"; }

  /// Whether instructions of `state` can be carried out here: not with paging.
  static bool supports(const CpuState& state) { return (state.cr0 & cr0::kPg) == 0; }

  /// Moves `state` on by one instruction (of a REP string instruction: one iteration), into the
  /// handler of the exception it raised, or into that of the debug trap that was pending. Another
  /// event that KVM has pending stays so. False for a triple fault.
  bool step_state(CpuState& state);

  /// Moves `state` into the handler of an external interrupt, or of an NMI. False as above.
  bool interrupt_state(CpuState& state, std::uint8_t vector);
  bool nmi_state(CpuState& state);

 private:
  const Instruction* fetch_one() override;

  Instruction instruction_;
};

}  // namespace strata
