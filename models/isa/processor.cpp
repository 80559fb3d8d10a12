#include "models/isa/processor.h"

namespace strata {
namespace {

/// Whether a segment's type lets data be read (written) through it (SDM vol. 3, 3.4.5.1). In real
/// mode types are not checked.
bool type_allows(std::uint32_t attributes, bool for_write) {
  if ((attributes & attr::kUnusable) != 0) {
    return false;
  }
  const bool code = (attributes & attr::kCode) != 0;
  const bool bit1 = (attributes & attr::kWritable) != 0;  // code: readable
  return for_write ? !code && bit1 : !code || bit1;
}

bool expands_down(std::uint32_t attributes) {
  return (attributes & (attr::kCode | attr::kExpandDown)) == attr::kExpandDown;
}

}  // namespace

void Processor::load_state(const CpuState& state) {
  for (unsigned n = 0; n < state.gpr.size(); ++n) {
    gpr[n] = state.gpr[n];
  }
  eip = state.eip;
  system = state;
  control_flags = eflags::kReserved1;
  set_eflags(state.eflags, eflags::kWritable386);
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    refresh_segment(segment);
  }
  attention = true;
}

CpuState Processor::state() const {
  CpuState state = system;
  for (unsigned n = 0; n < state.gpr.size(); ++n) {
    state.gpr[n] = gpr[n];
  }
  state.eip = eip;
  state.eflags = eflags_image();
  return state;
}

void Processor::set_eflags(std::uint32_t image, std::uint32_t mask) {
  const std::uint32_t value = (eflags_image() & ~mask) | (image & mask & eflags::kWritable386);
  control_flags = (value & ~eflags::kStatus) | eflags::kReserved1;
  flags.set_status(value);
  attention = true;
}

void Processor::set_cr0(std::uint32_t value) {
  system.cr0 = value;
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    refresh_segment(segment);
  }
}

void Processor::refresh_segment(unsigned segment) {
  const SegmentState& state = system.seg[segment];
  SegmentCheck& check = checks_[segment];
  check.base = state.base;
  const bool plain = !expands_down(state.attributes);
  const bool checked = protected_mode();
  const std::int64_t limit = plain ? std::int64_t{state.limit} : -1;
  check.read_limit = !checked || type_allows(state.attributes, false) ? limit : -1;
  check.write_limit = !checked || type_allows(state.attributes, true) ? limit : -1;
  if (segment == kCs) {
    window.size = 0;
  } else if (segment == kSs) {
    stack_mask_ = (state.attributes & attr::kBig) != 0 ? 0xFFFFFFFF : 0xFFFF;
  }
}

/// The whole check (SDM vol. 3, 5.3 and 5.5), reached for every access the quick one did not allow.
bool Processor::check_access(unsigned segment, std::uint32_t offset, unsigned bytes,
                             bool for_write) {
  const SegmentState& state = system.seg[segment];
  const std::uint64_t last = std::uint64_t{offset} + bytes - 1;
  bool allowed = !protected_mode() || type_allows(state.attributes, for_write);
  if (expands_down(state.attributes)) {
    const std::uint32_t top = (state.attributes & attr::kBig) != 0 ? 0xFFFFFFFF : 0xFFFF;
    allowed = allowed && offset > state.limit && last <= top;
  } else {
    allowed = allowed && last <= state.limit;
  }
  return allowed || raise(segment == kSs ? vector::kStackFault : vector::kGeneralProtection);
}

}  // namespace strata
