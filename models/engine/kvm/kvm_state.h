// CpuState to and from KVM's register structs.
#pragma once

#include <linux/kvm.h>

#include <cstdint>

#include "models/isa/cpu_state.h"

namespace strata {

/// Fills segments, descriptor tables and control registers; leaves APIC base and CR8 alone and
/// clears EFER and the interrupt bitmap. Where a CPU cannot enter with what CpuState allows (no
/// task register, granularity against limit) the nearest thing it can enter with.
void to_kvm(const CpuState& state, kvm_sregs& system);
kvm_regs to_kvm_regs(const CpuState& state);
kvm_debugregs to_kvm_debugregs(const CpuState& state);
/// A pending vector of 32 or more counts as an acknowledged external interrupt.
kvm_vcpu_events to_kvm_events(const CpuState& state);

/// All but `tsc` and `halted`. An unusable segment has the attributes kUnusable alone.
CpuState from_kvm(const kvm_regs& registers, const kvm_sregs& system, const kvm_debugregs& debug,
                  const kvm_vcpu_events& events);

/// The guest's time stamp counter (MSR 10h) of the virtual CPU `cpu`.
bool write_tsc(int cpu, std::uint64_t value);
std::uint64_t read_tsc(int cpu);

}  // namespace strata
