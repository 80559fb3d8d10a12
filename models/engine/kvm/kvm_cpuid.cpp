#include "models/engine/kvm/kvm_cpuid.h"

#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace strata {
namespace {

/// kvm_cpuid2 as the kernel's C compiler lays it out. Some releases of <linux/kvm.h> give the C++
/// struct a larger size, which would also change the number KVM_SET_CPUID2 is built from.
struct GuestCpuid {
  std::uint32_t count = 0;
  std::uint32_t padding = 0;
  std::array<kvm_cpuid_entry2, 2> entries{};
};
constexpr unsigned kCpuid2HeaderBytes = 8;
static_assert(offsetof(GuestCpuid, entries) == kCpuid2HeaderBytes);
constexpr unsigned long kSetCpuid2 = _IOC(_IOC_WRITE, KVMIO, 0x90, kCpuid2HeaderBytes);
static_assert(kSetCpuid2 == 0x4008AE90);

constexpr std::uint32_t kFamily5Model2 = 0x52C;
/// CPUID.1:EDX (SDM vol. 2, table 3-11).
constexpr std::uint32_t kFpu = 1u << 0;
constexpr std::uint32_t kTsc = 1u << 4;
constexpr std::uint32_t kMsr = 1u << 5;
constexpr std::uint32_t kCx8 = 1u << 8;

}  // namespace

bool set_guest_cpuid(int cpu) {
  GuestCpuid cpuid;
  cpuid.count = cpuid.entries.size();
  kvm_cpuid_entry2& vendor = cpuid.entries[0];
  vendor.eax = 1;           // highest leaf
  vendor.ebx = 0x756E6547;  // "Genu"
  vendor.edx = 0x49656E69;  // "ineI"
  vendor.ecx = 0x6C65746E;  // "ntel"
  kvm_cpuid_entry2& features = cpuid.entries[1];
  features.function = 1;
  features.eax = kFamily5Model2;
  features.edx = kFpu | kTsc | kMsr | kCx8;
  return ioctl(cpu, kSetCpuid2, &cpuid) == 0;
}

}  // namespace strata
