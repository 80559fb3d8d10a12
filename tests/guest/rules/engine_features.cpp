#include "tests/guest/rules/engine_features.h"

#include "models/engine/kvm/kvm_host.h"
#include "sw/tests/rules/rule_table.h"

namespace strata::test {
namespace {

struct Feature {
  std::uint32_t bit;
  const char* name;
  bool interp;  // carried out by the interpreter so far
  bool rtl;     // and by the RTL
};

constexpr Feature kFeatures[] = {
    {NEEDS_FLAT, "flat code at level 0", true, true},
    {NEEDS_REAL, "real mode", true, true},
    {NEEDS_INTERRUPTS, "interrupt boundaries", true, true},
    {NEEDS_SEGMENTS, "segment protection", true, true},
    {NEEDS_LEVELS, "privilege levels", true, true},
    {NEEDS_TASKS, "task switches", true, true},
    {NEEDS_V86, "virtual-8086 mode", true, true},
    {NEEDS_PAGING, "paging", true, true},
    {NEEDS_INSTRUCTIONS, "the rest of the instruction set", true, true},
    {NEEDS_ALIGNMENT, "alignment check", true, true},
    {NEEDS_INT1, "INT1", true, true},
    {NEEDS_DEBUG, "debug registers and single step", true, true},
    {NEEDS_CPU_386, "--cpu 386", true, true},
    {NEEDS_CPU_486, "--cpu 486", true, true},
    {NEEDS_CPU_586, "the default family", true, true},
};

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
  if (engine == "kvm") return why_not_on_kvm(needs);
  for (const Feature& feature : kFeatures) {
    const bool has = engine == "rtl" ? feature.rtl : feature.interp;
    if ((needs & feature.bit) != 0 && !has)
      return std::string("not yet in ") + engine + ": " + feature.name;
  }
  return {};
}

}  // namespace strata::test
