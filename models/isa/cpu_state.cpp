#include "models/isa/cpu_state.h"

namespace strata {

CpuState CpuState::reset(CpuFamily family) {
  constexpr std::uint32_t kLimit = 0xFFFF;
  constexpr std::uint32_t kData = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed;
  constexpr std::uint32_t kLdt = attr::kPresent | 0x2;
  constexpr std::uint32_t kBusyTss = attr::kPresent | 0xB;

  CpuState state;
  state.gpr[kEdx] = component_identifier(family);
  state.eip = 0xFFF0;
  for (SegmentState& segment : state.seg) {
    segment = {.selector = 0, .base = 0, .limit = kLimit, .attributes = kData};
  }
  state.seg[kCs] = {
      .selector = 0xF000, .base = 0xFFFF0000, .limit = kLimit, .attributes = kData | attr::kCode};
  state.ldtr = {.selector = 0, .base = 0, .limit = kLimit, .attributes = kLdt};
  state.tr = {.selector = 0, .base = 0, .limit = kLimit, .attributes = kBusyTss};
  state.gdtr = {.base = 0, .limit = kLimit};
  state.idtr = {.base = 0, .limit = 0x3FF};
  state.cr0 = cr0::kEt;
  state.dr[6] = 0xFFFF0FF0;
  state.dr[7] = 0x00000400;
  return state;
}

}  // namespace strata
