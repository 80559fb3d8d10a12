#include "models/isa/cpuid.h"

namespace strata {
namespace {

/// No FPU in any family; what the 486 has beside it (CR0.WP, alignment check) has no feature bit.
std::uint32_t features(CpuFamily family) {
  using namespace feature;
  return family < CpuFamily::k586 ? 0 : kDe | kPse | kTsc | kMsr | kCx8 | kPge | kCmov;
}

}  // namespace

CpuidLeaf cpuid(CpuFamily family, std::uint32_t leaf) {
  if (leaf == 0) {
    // "GenuineIntel" in EBX, EDX, ECX.
    return {.eax = kHighestCpuidLeaf, .ebx = 0x756E6547, .ecx = 0x6C65746E, .edx = 0x49656E69};
  }
  return {.eax = component_identifier(family), .edx = features(family)};
}

}  // namespace strata
