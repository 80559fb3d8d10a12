// Carries out one instruction in software, for KVMs that leave the guest because they cannot
// emulate it (KVM_INTERNAL_ERROR_EMULATION): one that emulates instead of virtualising lacks, for
// instance, IRET in protected mode. Uses the instruction set's own semantics, on the same memory
// and the same bus.
#pragma once

#include <span>

#include "models/engine/engine.h"
#include "models/isa/guest_memory.h"
#include "models/isa/processor.h"

namespace strata {

class SoftwareStep {
 public:
  /// `bus` outlives this.
  SoftwareStep(EngineBus& bus, std::span<const MemoryRegion> memory,
               CpuFamily family = CpuFamily::k586);

  /// Whether instructions of `state` can be carried out here: not with paging.
  static bool supports(const CpuState& state) { return (state.cr0 & cr0::kPg) == 0; }

  /// Moves `state` on by one instruction (of a REP string instruction: one iteration), or into the
  /// handler of the exception it raised. False for a triple fault.
  bool step(CpuState& state);

 private:
  Processor processor_;
};

}  // namespace strata
