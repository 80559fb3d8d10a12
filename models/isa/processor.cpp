#include "models/isa/processor.h"

#include <algorithm>

#include "models/isa/debug_registers.h"

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
  set_eflags(state.eflags, writable_eflags());
  mmu_.reset(state.cr0, state.cr3, state.cr4);
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

void Processor::set_debug_register(unsigned number, std::uint32_t value) {
  if (number == 6) {
    value = (value & dr6::kWritable) | dr6::kAlwaysOne;
  } else if (number == 7) {
    value = (value & dr7::kWritable) | dr7::kAlwaysOne;
  }
  system.dr[number] = value;
  refresh_reach();
  attention = true;
}

void Processor::note_port_access(std::uint16_t port, unsigned bytes) {
  if (any_breakpoint(system)) [[unlikely]] {
    debug_hits |= port_breakpoints(system, port, bytes);
  }
}

/// AC and ID came with the 486.
std::uint32_t Processor::writable_eflags() const {
  return eflags::kWritable386 | (family >= CpuFamily::k486 ? eflags::kAc | eflags::kId : 0);
}

void Processor::set_eflags(std::uint32_t image, std::uint32_t mask) {
  const std::uint32_t value = (eflags_image() & ~mask) | (image & mask & writable_eflags());
  control_flags = (value & ~eflags::kStatus) | eflags::kReserved1;
  flags.set_status(value);
  attention = true;
  if (alignment_flag_ != flag(eflags::kAc)) {
    refresh_reach();
  }
}

void Processor::set_cr0(std::uint32_t value) {
  system.cr0 = value;
  mmu_.set_cr0(value);
  for (unsigned segment = kEs; segment <= kGs; ++segment) {
    refresh_segment(segment);
  }
}

void Processor::set_cr3(std::uint32_t value) {
  system.cr3 = value;
  mmu_.set_cr3(value);
  window.size = 0;
}

void Processor::set_cr4(std::uint32_t value) {
  system.cr4 = value;
  mmu_.set_cr4(value);
  window.size = 0;
}

void Processor::flush_page(std::uint32_t linear) {
  mmu_.flush_page(linear);
  window.size = 0;
}

void Processor::set_source(TranslationSource& source, unsigned tlb_entries) {
  mmu_.set_source(source, tlb_entries);
  refresh_reach();
}

/// SDM vol. 3, 6.15, interrupt 17.
bool Processor::checks_alignment() const {
  return privilege() == Privilege::kUser && flag(eflags::kAc) && (system.cr0 & cr0::kAm) != 0 &&
         family >= CpuFamily::k486;
}

/// Where every access has to be looked at, none finds its page.
void Processor::refresh_reach() {
  operands_.privilege = cpl() == 3 ? Privilege::kUser : Privilege::kSupervisor;
  alignment_flag_ = flag(eflags::kAc);
  const bool every_access = checks_alignment() || watches_data(system);
  operands_.view = every_access ? Mmu::no_pages() : mmu_.view(privilege());
  if (mmu_.paging()) {
    window.size = 0;
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
    refresh_reach();
  }
  shapes_.set(segment, shape_of(segment));
  using enum SegmentShape;
  flat_ = shapes_[kDs] == kFlat && shapes_[kEs] == kFlat && shapes_[kSs] == kFlat &&
          stack_mask_ == 0xFFFFFFFF;
}

SegmentShape Processor::shape_of(unsigned segment) const {
  constexpr std::int64_t kLast = 0xFFFFFFFF, kLastWord = 0xFFFF;
  const SegmentCheck& check = checks_[segment];
  const std::int64_t limit = std::min(check.read_limit, check.write_limit);
  if (limit < kLastWord) return SegmentShape::kOther;
  if (limit < kLast) return SegmentShape::kWords;
  return check.base != 0 ? SegmentShape::kWhole : SegmentShape::kFlat;
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

// ---- linear accesses the page views do not cover ----

bool Processor::translate(std::uint32_t linear, Privilege privilege, Access access,
                          std::uint32_t& physical) {
  std::uint32_t error_code = 0;
  const bool found = mmu_.translate(linear, privilege, access, physical, error_code);
  if (evictions_ != mmu_.tlb_counts().evictions) [[unlikely]] {
    evictions_ = mmu_.tlb_counts().evictions;
    window.size = 0;
  }
  if (found) {
    return true;
  }
  system.cr2 = linear;
  return raise(vector::kPageFault, error_code);
}

/// Both pages are checked, the low one first, before anything is read or written. Alignment counts
/// before the page; a breakpoint matches only what is allowed.
bool Processor::find_place(const Reach& reach, std::uint32_t linear, unsigned bytes, Access access,
                           GuestMemory::Place& place) {
  if (reach.operand && (linear & (bytes - 1)) != 0 && checks_alignment()) {
    return raise(vector::kAlignmentCheck);
  }
  const std::uint32_t last = linear + bytes - 1;
  const bool crosses = (last ^ linear) >> GuestMemory::kPageShift != 0;
  if (!translate(linear, reach.privilege, access, place.first) ||
      (crosses &&
       !translate(last & ~GuestMemory::kPageMask, reach.privilege, access, place.second))) {
    return false;
  }
  if (observer != nullptr) [[unlikely]] {
    observer->on_access(linear, bytes, access, reach.operand, place);
  }
  if (reach.operand && any_breakpoint(system)) {
    debug_hits |= data_breakpoints(system, linear, bytes, access == Access::kWrite);
  }
  return true;
}

bool Processor::read_slowly(const Reach& reach, std::uint32_t linear, unsigned bytes,
                            std::uint32_t& value) {
  GuestMemory::Place place;
  if (!find_place(reach, linear, bytes, Access::kRead, place)) {
    return false;
  }
  value = memory.read(place, bytes);
  return true;
}

bool Processor::write_slowly(const Reach& reach, std::uint32_t linear, unsigned bytes,
                             std::uint32_t value) {
  GuestMemory::Place place;
  if (!find_place(reach, linear, bytes, Access::kWrite, place)) {
    return false;
  }
  memory.write(place, bytes, value);
  return true;
}

}  // namespace strata
