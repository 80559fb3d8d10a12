// What the guest's CPUID instruction answers: a plain CPU of the 586 class.
#pragma once

namespace strata {

/// KVM_SET_CPUID2 on the virtual CPU `cpu`; false where KVM refuses (errno says how).
bool set_guest_cpuid(int cpu);

}  // namespace strata
