#include "models/engine/kvm/kvm_cpuid.h"

#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/isa/cpuid.h"

namespace strata {
namespace {

/// kvm_cpuid2 as the kernel's C compiler lays it out. Some releases of <linux/kvm.h> give the C++
/// struct a larger size, which would also change the number KVM_SET_CPUID2 is built from.
struct GuestCpuid {
  std::uint32_t count = 0;
  std::uint32_t padding = 0;
  std::array<kvm_cpuid_entry2, kHighestCpuidLeaf + 1> entries{};
};
constexpr unsigned kCpuid2HeaderBytes = 8;
static_assert(offsetof(GuestCpuid, entries) == kCpuid2HeaderBytes);
constexpr unsigned long kSetCpuid2 = _IOC(_IOC_WRITE, KVMIO, 0x90, kCpuid2HeaderBytes);
static_assert(kSetCpuid2 == 0x4008AE90);

}  // namespace

bool set_guest_cpuid(int cpu, CpuFamily family) {
  GuestCpuid guest;
  guest.count = guest.entries.size();
  for (std::uint32_t leaf = 0; leaf <= kHighestCpuidLeaf; ++leaf) {
    const CpuidLeaf answer = cpuid(family, leaf);
    kvm_cpuid_entry2& entry = guest.entries[leaf];
    entry.function = leaf;
    entry.eax = answer.eax;
    entry.ebx = answer.ebx;
    entry.ecx = answer.ecx;
    entry.edx = answer.edx;
  }
  return ioctl(cpu, kSetCpuid2, &guest) == 0;
}

}  // namespace strata
