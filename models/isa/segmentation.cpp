#include "models/isa/segmentation.h"

#include "models/isa/privilege.h"

namespace strata {
namespace {

constexpr std::uint32_t kV86Attributes =
    attr::kPresent | 3u << attr::kDplShift | attr::kS | attr::kWritable | attr::kAccessed;

bool refuse(Processor& p, const Refusal& refusal, std::uint16_t selector) {
  return p.raise(refusal.vector, error_of(selector, refusal.external));
}

/// The segment `descriptor` describes, and the change that sets its accessed bit.
bool prepare(Processor& p, const Descriptor& descriptor, std::uint16_t selector,
             CheckedSegment& segment) {
  segment.state = descriptor.segment(selector, attr::kAccessed);
  if (descriptor.has(attr::kAccessed)) {
    return true;
  }
  const auto access = static_cast<std::uint8_t>(descriptor.attributes() | attr::kAccessed);
  return segment.accessed.prepare(p, descriptor.address, access);
}

/// Data or readable code, and no more privileged than RPL and `level` unless conforming.
bool data_allowed(const Descriptor& descriptor, std::uint16_t selector, unsigned level) {
  if (descriptor.is_system()) {
    return false;
  }
  if (descriptor.is_code() && !descriptor.has(attr::kWritable)) {
    return false;  // execute-only
  }
  return descriptor.is_conforming() ||
         (descriptor.dpl() >= rpl_of(selector) && descriptor.dpl() >= level);
}

/// Which level a transfer leads to, or kNowhere if it is not allowed.
constexpr unsigned kNowhere = 4;

unsigned level_of_target(const Processor& p, CodeUse use, const Descriptor& descriptor,
                         std::uint16_t selector) {
  const unsigned rpl = rpl_of(selector);
  const unsigned dpl = descriptor.dpl();
  const unsigned cpl = p.cpl();
  const bool conforming = descriptor.is_conforming();
  switch (use) {
    case CodeUse::kReturn:
    case CodeUse::kTask: {
      const bool inward = use == CodeUse::kReturn && rpl < cpl;
      const bool allowed = conforming ? dpl <= rpl : dpl == rpl;
      return allowed && !inward ? rpl : kNowhere;
    }
    case CodeUse::kCallGate:
      if (dpl > cpl) {
        return kNowhere;
      }
      return conforming ? cpl : dpl;
    case CodeUse::kJumpGate: return (conforming ? dpl <= cpl : dpl == cpl) ? cpl : kNowhere;
    case CodeUse::kDirect: break;
  }
  return (conforming ? dpl <= cpl : rpl <= cpl && dpl == cpl) ? cpl : kNowhere;
}

}  // namespace

SegmentState v86_segment(std::uint16_t selector) {
  return {.selector = selector,
          .base = std::uint32_t{selector} << 4,
          .limit = 0xFFFF,
          .attributes = kV86Attributes};
}

SegmentState real_segment(const Processor& p, unsigned segment, std::uint16_t selector) {
  if (virtual_8086(p)) {
    return v86_segment(selector);
  }
  SegmentState state = p.system.seg[segment];
  state.selector = selector;
  state.base = std::uint32_t{selector} << 4;
  return state;
}

bool check_stack_segment(Processor& p, std::uint16_t selector, unsigned level, Refusal refusal,
                         CheckedSegment& stack) {
  if (is_null(selector)) {
    return p.raise(refusal.vector, refusal.external);
  }
  Descriptor descriptor;
  if (!find_descriptor(p, selector, refusal.vector, refusal.external, descriptor)) {
    return false;
  }
  const bool writable_data =
      descriptor.has(attr::kS | attr::kWritable) && !descriptor.has(attr::kCode);
  if (rpl_of(selector) != level || descriptor.dpl() != level || !writable_data) {
    return refuse(p, refusal, selector);
  }
  if (!descriptor.present()) {
    return p.raise(vector::kStackFault, error_of(selector, refusal.external));
  }
  return prepare(p, descriptor, selector, stack);
}

bool check_data_segment(Processor& p, std::uint16_t selector, unsigned level, Refusal refusal,
                        CheckedSegment& data) {
  if (is_null(selector)) {
    data = {.state = null_segment(selector), .accessed = {}};
    return true;
  }
  Descriptor descriptor;
  if (!find_descriptor(p, selector, refusal.vector, refusal.external, descriptor)) {
    return false;
  }
  if (!data_allowed(descriptor, selector, level)) {
    return refuse(p, refusal, selector);
  }
  if (!descriptor.present()) {
    return p.raise(vector::kSegmentNotPresent, error_of(selector, refusal.external));
  }
  return prepare(p, descriptor, selector, data);
}

bool load_segment(Processor& p, unsigned segment, std::uint16_t selector) {
  if (!uses_descriptors(p)) {
    p.set_segment(segment, real_segment(p, segment, selector));
    return true;
  }
  CheckedSegment checked;
  if (!(segment == kSs ? check_stack_segment(p, selector, p.cpl(), {}, checked)
                       : check_data_segment(p, selector, p.cpl(), {}, checked))) {
    return false;
  }
  checked.commit(p, segment);
  return true;
}

bool check_code_descriptor(Processor& p, CodeUse use, std::uint16_t selector,
                           const Descriptor& descriptor, Refusal refusal, CodeTarget& target) {
  target.level = level_of_target(p, use, descriptor, selector);
  if (!descriptor.is_code() || target.level == kNowhere) {
    return refuse(p, refusal, selector);
  }
  if (!descriptor.present()) {
    return p.raise(vector::kSegmentNotPresent, error_of(selector, refusal.external));
  }
  const auto loaded = static_cast<std::uint16_t>((selector & ~kRplMask) | target.level);
  return prepare(p, descriptor, loaded, target.code);
}

bool check_code_segment(Processor& p, CodeUse use, std::uint16_t selector, Refusal refusal,
                        CodeTarget& target) {
  if (is_null(selector)) {
    return p.raise(refusal.vector, refusal.external);
  }
  Descriptor descriptor;
  return find_descriptor(p, selector, refusal.vector, refusal.external, descriptor) &&
         check_code_descriptor(p, use, selector, descriptor, refusal, target);
}

CodeTarget real_code_target(const Processor& p, std::uint16_t selector) {
  return {.code = {.state = real_segment(p, kCs, selector), .accessed = {}}, .level = p.cpl()};
}

bool check_code_offset(Processor& p, const CodeTarget& target, std::uint32_t offset,
                       std::uint32_t external) {
  return offset <= target.code.state.limit || p.raise(vector::kGeneralProtection, external);
}

void enter_code_target(Processor& p, const CodeTarget& target, std::uint32_t offset) {
  target.code.commit(p, kCs);
  p.next_eip = offset;
}

}  // namespace strata
