// What the guest's CPUID instruction answers: the same as in the other engines.
#pragma once

#include "models/isa/cpu_family.h"

namespace strata {

/// KVM_SET_CPUID2 on the virtual CPU `cpu`; false where KVM refuses (errno says how).
bool set_guest_cpuid(int cpu, CpuFamily family);

}  // namespace strata
