#include "models/isa/segmentation.h"

namespace strata {
namespace {

constexpr std::uint16_t kTableIndicator = 4;
constexpr std::uint16_t kRplMask = 3;

struct Descriptor {
  std::uint32_t address = 0;  // linear
  std::uint32_t low = 0;
  std::uint32_t high = 0;

  std::uint32_t attributes() const { return (high >> 8) & attr::kDescriptorMask; }
  unsigned type() const { return attributes() & attr::kTypeMask; }
  unsigned dpl() const { return (attributes() >> attr::kDplShift) & 3; }
  bool present() const { return (attributes() & attr::kPresent) != 0; }
  bool has(std::uint32_t bits) const { return (attributes() & bits) == bits; }

  SegmentState segment(std::uint16_t selector) const {
    const std::uint32_t base = (low >> 16) | ((high & 0xFF) << 16) | (high & 0xFF000000);
    const std::uint32_t limit = (low & 0xFFFF) | (high & 0x000F0000);
    const bool pages = has(attr::kGranularity);
    return {.selector = selector,
            .base = base,
            .limit = pages ? (limit << 12) | 0xFFF : limit,
            .attributes = attributes() | attr::kAccessed};
  }
};

std::uint32_t error_of(std::uint16_t selector, std::uint32_t external) {
  return (selector & ~std::uint32_t{kRplMask}) | external;
}

bool is_null(std::uint16_t selector) {
  return (selector & ~kRplMask) == 0;
}

/// Reads the descriptor `selector` names; #GP(selector) if it is past the end of its table.
bool read_descriptor(Processor& p, std::uint16_t selector, std::uint32_t external,
                     Descriptor& descriptor) {
  const bool local = (selector & kTableIndicator) != 0;
  const std::uint32_t base = local ? p.system.ldtr.base : p.system.gdtr.base;
  const std::uint32_t limit = local ? p.system.ldtr.limit : p.system.gdtr.limit;
  if ((selector | 7u) > limit) {
    return p.raise(vector::kGeneralProtection, error_of(selector, external));
  }
  descriptor.address = base + (selector & ~7u);
  descriptor.low = p.memory.read<std::uint32_t>(descriptor.address);
  descriptor.high = p.memory.read<std::uint32_t>(descriptor.address + 4);
  return true;
}

void mark_accessed(Processor& p, std::uint32_t address) {
  const std::uint8_t access = p.memory.read<std::uint8_t>(address + 5);
  p.memory.write<std::uint8_t>(address + 5, static_cast<std::uint8_t>(access | attr::kAccessed));
}

/// SS must name a writable data segment of exactly the current level (SDM vol. 3, 5.7).
bool stack_allowed(const Processor& p, const Descriptor& descriptor, std::uint16_t selector) {
  return (selector & kRplMask) == p.cpl() && descriptor.dpl() == p.cpl() &&
         descriptor.has(attr::kS | attr::kWritable) && !descriptor.has(attr::kCode);
}

/// DS, ES, FS, GS: data or readable code, no more privileged than CPL and RPL (SDM vol. 3, 5.6).
bool data_allowed(const Processor& p, const Descriptor& descriptor, std::uint16_t selector) {
  if (!descriptor.has(attr::kS)) {
    return false;
  }
  if (descriptor.has(attr::kCode)) {
    if (!descriptor.has(attr::kWritable)) {
      return false;  // execute-only
    }
    if (descriptor.has(attr::kExpandDown)) {
      return true;  // conforming
    }
  }
  const unsigned rpl = selector & kRplMask;
  return descriptor.dpl() >= rpl && descriptor.dpl() >= p.cpl();
}

bool load_protected(Processor& p, unsigned segment, std::uint16_t selector) {
  if (is_null(selector)) {
    if (segment == kSs) {
      return p.raise(vector::kGeneralProtection, 0);
    }
    p.set_segment(segment, {.selector = selector, .attributes = attr::kUnusable});
    return true;
  }
  Descriptor descriptor;
  if (!read_descriptor(p, selector, 0, descriptor)) {
    return false;
  }
  const bool stack = segment == kSs;
  if (!(stack ? stack_allowed(p, descriptor, selector) : data_allowed(p, descriptor, selector))) {
    return p.raise(vector::kGeneralProtection, error_of(selector, 0));
  }
  if (!descriptor.present()) {
    return p.raise(stack ? vector::kStackFault : vector::kSegmentNotPresent, error_of(selector, 0));
  }
  if (!descriptor.has(attr::kAccessed)) {
    mark_accessed(p, descriptor.address);
  }
  p.set_segment(segment, descriptor.segment(selector));
  return true;
}

/// System descriptors a JMP or CALL may name: call gates, task gates, available task state segments
/// (SDM vol. 3, table 3-2). They are not executed yet.
bool is_gate_or_task(const Descriptor& descriptor) {
  constexpr unsigned kTypes = (1u << 1) | (1u << 4) | (1u << 5) | (1u << 9) | (1u << 12);
  return !descriptor.has(attr::kS) && ((kTypes >> descriptor.type()) & 1) != 0;
}

bool code_allowed(const Processor& p, FarTransfer kind, const Descriptor& descriptor,
                  std::uint16_t selector) {
  if (!descriptor.has(attr::kS | attr::kCode)) {
    return false;
  }
  const bool conforming = descriptor.has(attr::kExpandDown);
  const unsigned rpl = selector & kRplMask;
  switch (kind) {
    case FarTransfer::kReturn:
      return conforming ? descriptor.dpl() <= rpl : descriptor.dpl() == rpl;
    case FarTransfer::kGate: return descriptor.dpl() <= p.cpl();
    case FarTransfer::kJumpOrCall: break;
  }
  return conforming ? descriptor.dpl() <= p.cpl() : rpl <= p.cpl() && descriptor.dpl() == p.cpl();
}

bool check_protected_target(Processor& p, FarTransfer kind, std::uint16_t selector,
                            std::uint32_t external, CodeTarget& target) {
  if (is_null(selector)) {
    return p.raise(vector::kGeneralProtection, external);
  }
  Descriptor descriptor;
  if (!read_descriptor(p, selector, external, descriptor)) {
    return false;
  }
  const unsigned rpl = selector & kRplMask;
  if (kind == FarTransfer::kJumpOrCall && is_gate_or_task(descriptor)) {
    return p.raise(vector::kInvalidOpcode);
  }
  const bool inward = kind == FarTransfer::kReturn && rpl < p.cpl();
  if (inward || !code_allowed(p, kind, descriptor, selector)) {
    return p.raise(vector::kGeneralProtection, error_of(selector, external));
  }
  if (!descriptor.present()) {
    return p.raise(vector::kSegmentNotPresent, error_of(selector, external));
  }
  if (kind == FarTransfer::kReturn && rpl > p.cpl()) {
    return p.raise(vector::kInvalidOpcode);  // to an outer level
  }
  const std::uint16_t loaded = static_cast<std::uint16_t>((selector & ~kRplMask) | p.cpl());
  target = {.segment = descriptor.segment(loaded),
            .descriptor = descriptor.address,
            .set_accessed = !descriptor.has(attr::kAccessed)};
  return true;
}

}  // namespace

bool load_segment(Processor& p, unsigned segment, std::uint16_t selector) {
  if (p.protected_mode()) {
    return load_protected(p, segment, selector);
  }
  SegmentState state = p.system.seg[segment];
  state.selector = selector;
  state.base = std::uint32_t{selector} << 4;
  p.set_segment(segment, state);
  return true;
}

bool check_code_target(Processor& p, FarTransfer kind, std::uint16_t selector,
                       std::uint32_t external, CodeTarget& target) {
  if (p.protected_mode()) {
    return check_protected_target(p, kind, selector, external, target);
  }
  target = {.segment = p.system.seg[kCs]};
  target.segment.selector = selector;
  target.segment.base = std::uint32_t{selector} << 4;
  return true;
}

bool check_code_offset(Processor& p, const CodeTarget& target, std::uint32_t offset,
                       std::uint32_t external) {
  return offset <= target.segment.limit || p.raise(vector::kGeneralProtection, external);
}

void enter_code_target(Processor& p, const CodeTarget& target, std::uint32_t offset) {
  if (target.set_accessed) {
    mark_accessed(p, target.descriptor);
  }
  p.set_segment(kCs, target.segment);
  p.next_eip = offset;
}

}  // namespace strata
