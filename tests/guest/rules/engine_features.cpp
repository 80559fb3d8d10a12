#include "tests/guest/rules/engine_features.h"

#include "models/engine/kvm/kvm_host.h"
#include "sw/tests/rules/rule_table.h"

namespace strata::test {
namespace {

/// What a KVM that emulates 32-bit guests in the kernel does right (models/engine/kvm/README.md).
/// In real mode guests fail at INT n there.
constexpr std::uint32_t kEmulatedByKvm = NEEDS_FLAT;

std::string why_not_on_kvm(std::uint32_t needs) {
  const KvmHost& host = describe_kvm();
  if (host.kind == KvmKind::kNone) return "no KVM here: " + host.reason;
  if ((needs & (NEEDS_CPU_386 | NEEDS_CPU_486 | NEEDS_CPU_586)) != 0)
    return "KVM has the host's own family only";
  if (host.kind == KvmKind::kEmulating && (needs & ~kEmulatedByKvm) != 0)
    return "this host has no hardware virtualisation, and its KVM emulates only flat code";
  return {};
}

}  // namespace

std::string why_not(const std::string& engine, std::uint32_t needs) {
  return engine == "kvm" ? why_not_on_kvm(needs) : std::string();
}

}  // namespace strata::test
