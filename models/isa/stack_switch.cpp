#include "models/isa/stack_switch.h"

#include "models/isa/privilege.h"

namespace strata {
namespace {

/// Whether `bytes` bytes at `offset` are inside a data segment (SDM vol. 3, 5.3).
bool inside(const SegmentState& segment, std::uint32_t offset, std::uint32_t bytes) {
  const std::uint64_t last = std::uint64_t{offset} + bytes - 1;
  if ((segment.attributes & attr::kExpandDown) != 0) {
    const std::uint32_t top = (segment.attributes & attr::kBig) != 0 ? 0xFFFFFFFF : 0xFFFF;
    return offset > segment.limit && last <= top;
  }
  return last <= segment.limit;
}

/// Whether `fits` says so of the offset of each of `items` pushes below `top`.
template <typename T, typename Fits>
bool has_room(std::uint32_t top, std::uint32_t mask, std::size_t items, Fits fits) {
  for (; items != 0; --items) {
    top = (top - static_cast<std::uint32_t>(sizeof(T))) & mask;
    if (!fits(top)) {
      return false;
    }
  }
  return true;
}

template <typename T>
bool has_room(const StackTarget& stack, std::size_t items) {
  return has_room<T>(stack.esp, stack.mask(), items, [&](std::uint32_t offset) {
    return inside(stack.segment.state, offset, sizeof(T));
  });
}

template <typename T>
bool has_room(Processor& p, std::size_t items) {
  return has_room<T>(p.gpr[kEsp], p.stack_mask(), items, [&p](std::uint32_t offset) {
    std::uint32_t linear = 0;
    return p.writable<T>(kSs, offset, linear);
  });
}

template <typename T>
bool push_all(Processor& p, StackTarget& stack, std::span<const std::uint32_t> values) {
  const std::uint32_t base = stack.segment.state.base;
  std::array<Location<T>, 40> places;
  std::uint32_t top = stack.esp;
  for (std::size_t n = 0; n < values.size(); ++n) {
    top = (top - static_cast<std::uint32_t>(sizeof(T))) & stack.mask();
    if (!p.locate_linear<T>(base + top, privilege_of(stack.level), places[n])) {
      return false;
    }
  }
  for (std::size_t n = 0; n < values.size(); ++n) {
    p.store<T>(places[n], static_cast<T>(values[n]));
  }
  stack.esp = (stack.esp & ~stack.mask()) | top;
  return true;
}

bool read_tss_stack(Processor& p, unsigned level, std::uint32_t external, std::uint32_t& esp,
                    std::uint16_t& selector) {
  const SegmentState& tss = p.system.tr;
  const bool wide = is_tss32(tss.attributes);
  const std::uint32_t offset = wide ? level * 8 + 4 : level * 4 + 2;
  if (offset + (wide ? 5 : 3) > tss.limit) {
    return p.raise(vector::kInvalidTss,
                   error_of(static_cast<std::uint16_t>(tss.selector), external));
  }
  const std::uint32_t at = tss.base + offset;
  if (wide) {
    return p.read_linear(at, Privilege::kSupervisor, esp) &&
           p.read_linear(at + 4, Privilege::kSupervisor, selector);
  }
  std::uint16_t sp = 0;
  const bool done = p.read_linear(at, Privilege::kSupervisor, sp) &&
                    p.read_linear(at + 2, Privilege::kSupervisor, selector);
  esp = sp;
  return done;
}

}  // namespace

bool inner_stack(Processor& p, unsigned level, std::uint32_t external, StackTarget& stack) {
  std::uint16_t selector = 0;
  stack.level = level;
  return read_tss_stack(p, level, external, stack.esp, selector) &&
         check_stack_segment(p, selector, level,
                             {.vector = vector::kInvalidTss, .external = external}, stack.segment);
}

bool room_on(Processor& p, const StackTarget& stack, std::size_t items, bool wide,
             std::uint32_t external) {
  if (wide ? has_room<std::uint32_t>(stack, items) : has_room<std::uint16_t>(stack, items)) {
    return true;
  }
  const auto selector = static_cast<std::uint16_t>(stack.segment.state.selector);
  return p.raise(vector::kStackFault, error_of(selector, external));
}

bool push_on(Processor& p, StackTarget& stack, const FrameValues& values, bool wide) {
  return wide ? push_all<std::uint32_t>(p, stack, values.all())
              : push_all<std::uint16_t>(p, stack, values.all());
}

bool room_for_frame(Processor& p, std::size_t items, bool wide, std::uint32_t external) {
  return (wide ? has_room<std::uint32_t>(p, items) : has_room<std::uint16_t>(p, items)) ||
         p.raise(vector::kStackFault, external);
}

bool push_frame(Processor& p, const FrameValues& values, bool wide, std::uint32_t external) {
  StackFrame frame;
  for (const std::uint32_t value : values.all()) {
    frame.add(value);
  }
  return (wide ? frame.push<std::uint32_t>(p) : frame.push<std::uint16_t>(p)) ||
         push_fault(p, external);
}

bool push_fault(Processor& p, std::uint32_t external) {
  const std::uint8_t fault = p.fault().vector;
  const bool has_ext = fault == vector::kStackFault || fault == vector::kAlignmentCheck;
  return has_ext ? p.raise(fault, external) : false;
}

}  // namespace strata
