#include "tests/fuzz/possible_state.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kData = attr::kPresent | attr::kS | attr::kWritable | attr::kAccessed;

void set_level(SegmentState& s, unsigned level) {
  s.attributes = (s.attributes & ~(3u << attr::kDplShift)) | level << attr::kDplShift;
}

unsigned level_of(const SegmentState& s) {
  return (s.attributes >> attr::kDplShift) & 3;
}

bool has(const SegmentState& s, std::uint32_t bits) {
  return (s.attributes & bits) == bits;
}

void fix_limit(SegmentState& s) {
  s.selector &= 0xFFFF;
  s.limit = has(s, attr::kGranularity) ? s.limit | 0xFFF : s.limit & 0xFFFFF;
}

void fix_flags(CpuState& state, CpuFamily family) {
  std::uint32_t exist = eflags::kWritable386;
  exist |= family >= CpuFamily::k486 ? eflags::kAc | eflags::kId : 0;
  exist &= (state.cr0 & cr0::kPe) != 0 ? ~0u : ~eflags::kVm;
  state.eflags = (state.eflags & exist) | eflags::kReserved1;
}

void fix_control(CpuState& state, CpuFamily family) {
  std::uint32_t exist = cr0::kPe | cr0::kMp | cr0::kEm | cr0::kTs | cr0::kEt | cr0::kPg;
  if (family >= CpuFamily::k486) {
    exist |= cr0::kNe | cr0::kWp | cr0::kAm | cr0::kNw | cr0::kCd;
  }
  state.cr0 = (state.cr0 & exist) | cr0::kEt;
  state.cr0 &= (state.cr0 & cr0::kPe) != 0 ? ~0u : ~cr0::kPg;
  state.cr0 &= (state.cr0 & cr0::kCd) != 0 ? ~0u : ~cr0::kNw;
  state.cr4 = family >= CpuFamily::k586 ? state.cr4 & cr4::kWritable : 0;
  state.gdtr.limit &= 0xFFFF;
  state.idtr.limit &= 0xFFFF;
}

void fix_debug(CpuState& state) {
  state.dr[4] = state.dr[5] = 0;
  state.dr[6] = (state.dr[6] & (dr6::kBd | dr6::kBs | dr6::kBt | 0xF)) | dr6::kAlwaysOne;
  constexpr std::uint32_t kZeros = 3u << 14 | 3u << 11;
  state.dr[7] = (state.dr[7] & ~kZeros) | dr7::kAlwaysOne;
}

void fix_events(CpuState& state) {
  constexpr std::uint32_t kPendingDebug = 1u << 31 | vector::kDebug;
  state.shadow %= 3;
  state.halted &= 1;
  state.nmi_blocked &= 1;
  state.nmi_pending = 0;
  state.shutdown = 0;
  state.pending_exception = (state.pending_exception >> 31) != 0 ? kPendingDebug : 0;
  if (state.pending_exception != 0 || state.shadow != kNoShadow) {
    state.halted = 0;
  }
}

void fix_virtual_8086(CpuState& state) {
  for (SegmentState& s : state.seg) {
    s.selector &= 0xFFFF;
    s = {.selector = s.selector, .base = s.selector << 4, .limit = 0xFFFF, .attributes = 0xF3};
  }
}

void fix_real(CpuState& state) {
  for (SegmentState& s : state.seg) {
    s.attributes = kData | (s.attributes & (attr::kBig | attr::kGranularity));
    fix_limit(s);
  }
  state.seg[kCs].attributes |= attr::kCode;
}

/// CS and SS of protected mode; SS's DPL decides the level.
unsigned fix_code_and_stack(SegmentState& code, SegmentState& stack) {
  const unsigned level = level_of(stack);
  constexpr std::uint32_t kKept = attr::kExpandDown | attr::kBig | attr::kGranularity |
                                  attr::kAvailable | 3u << attr::kDplShift;
  stack.attributes = kData | (stack.attributes & kKept);
  code.attributes = attr::kPresent | attr::kS | attr::kCode | attr::kAccessed |
                    (code.attributes & (kKept | attr::kWritable));
  if (!has(code, attr::kExpandDown) || level_of(code) > level) {
    set_level(code, level);
  }
  for (SegmentState* s : {&code, &stack}) {
    s->selector = (s->selector & ~3u) | level;
    fix_limit(*s);
  }
  return level;
}

void fix_data(SegmentState& s, unsigned level) {
  s.selector &= 0xFFFF;
  if ((s.attributes & attr::kUnusable) != 0 || s.selector < 4) {
    s = {.selector = s.selector & 3, .base = 0, .limit = 0, .attributes = attr::kUnusable};
    return;
  }
  s.attributes &= attr::kDescriptorMask;
  s.attributes |= attr::kPresent | attr::kS | attr::kAccessed;
  if (has(s, attr::kCode)) {
    s.attributes |= attr::kWritable;  // readable
  }
  if (!has(s, attr::kCode | attr::kExpandDown) && level_of(s) < level) {
    set_level(s, level);
  }
  fix_limit(s);
}

void fix_system_segments(CpuState& state) {
  constexpr std::uint32_t kLdt = attr::kPresent | 0x2;
  constexpr std::uint32_t kWideTask = 0x8;
  SegmentState& ldt = state.ldtr;
  ldt.selector &= 0xFFFF;
  if ((ldt.attributes & attr::kUnusable) != 0) {
    ldt = {.selector = ldt.selector & 3, .base = 0, .limit = 0, .attributes = attr::kUnusable};
  } else {
    ldt.attributes = kLdt | (ldt.attributes & attr::kGranularity);
    fix_limit(ldt);
  }
  constexpr std::uint32_t kKept = attr::kGranularity | kWideTask | 3u << attr::kDplShift;
  state.tr.attributes = attr::kPresent | 0x3 | (state.tr.attributes & kKept);
  fix_limit(state.tr);
}

}  // namespace

void make_possible(CpuState& state, CpuFamily family) {
  fix_control(state, family);
  fix_flags(state, family);
  fix_debug(state);
  fix_events(state);
  fix_system_segments(state);
  if ((state.cr0 & cr0::kPe) == 0) {
    fix_real(state);
  } else if ((state.eflags & eflags::kVm) != 0) {
    fix_virtual_8086(state);
  } else {
    const unsigned level = fix_code_and_stack(state.seg[kCs], state.seg[kSs]);
    for (unsigned segment : {kDs, kEs, kFs, kGs}) {
      fix_data(state.seg[segment], level);
    }
  }
}

}  // namespace strata::test
