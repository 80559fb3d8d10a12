#include "models/isa/far_transfer.h"

#include "models/isa/privilege.h"
#include "models/isa/segmentation.h"
#include "models/isa/stack_switch.h"
#include "models/isa/task_switch.h"

namespace strata {
namespace {

/// Bytes of a stack item.
std::uint32_t item(bool wide) {
  return wide ? 4 : 2;
}

/// Reads the dword or word `skip` bytes above the stack's top, without moving ESP.
bool peek(Processor& p, bool wide, std::uint32_t skip, std::uint32_t& value) {
  if (wide) {
    return p.peek<std::uint32_t>(skip, value);
  }
  std::uint16_t word = 0;
  const bool done = p.peek<std::uint16_t>(skip, word);
  value = word;
  return done;
}

bool peek_selector(Processor& p, bool wide, std::uint32_t skip, std::uint16_t& selector) {
  std::uint32_t value = 0;
  const bool done = peek(p, wide, skip, value);
  selector = static_cast<std::uint16_t>(value);
  return done;
}

// ---- JMP and CALL ----

/// CS and EIP as the return address.
FrameValues return_address(const Processor& p) {
  FrameValues frame;
  frame.add(p.system.seg[kCs].selector);
  frame.add(p.next_eip);
  return frame;
}

bool jump_to(Processor& p, const CodeTarget& target, std::uint32_t offset) {
  if (!check_code_offset(p, target, offset, 0)) {
    return false;
  }
  enter_code_target(p, target, offset);
  return true;
}

bool call_to(Processor& p, bool wide, const CodeTarget& target, std::uint32_t offset) {
  const FrameValues frame = return_address(p);
  if (!room_for_frame(p, frame.all().size(), wide, 0) || !check_code_offset(p, target, offset, 0) ||
      !push_frame(p, frame, wide, 0)) {
    return false;
  }
  enter_code_target(p, target, offset);
  return true;
}

/// Reads the descriptor a far JMP or CALL names (SDM vol. 2, JMP, PROTECTED-MODE).
bool find_target(Processor& p, std::uint16_t selector, Descriptor& descriptor) {
  if (is_null(selector)) {
    return p.raise(vector::kGeneralProtection);
  }
  return find_descriptor(p, selector, vector::kGeneralProtection, 0, descriptor);
}

/// The checks of the call gate itself: DPL, then present.
bool check_call_gate(Processor& p, std::uint16_t selector, const Descriptor& gate) {
  if (gate.dpl() < p.cpl() || gate.dpl() < rpl_of(selector)) {
    return p.raise(vector::kGeneralProtection, error_of(selector, 0));
  }
  return gate.present() || p.raise(vector::kSegmentNotPresent, error_of(selector, 0));
}

bool is_call_gate(const Descriptor& descriptor) {
  return descriptor.is_system() &&
         (descriptor.type() & ~system_type::kWide) == system_type::kCallGate16;
}

/// The caller's parameters, the one pushed first (highest) first, read at the caller's level.
bool add_parameters(Processor& p, const Descriptor& gate, FrameValues& frame) {
  for (unsigned left = gate.gate_parameters(); left != 0; --left) {
    std::uint32_t value = 0;
    if (!peek(p, gate.gate_wide(), (left - 1) * item(gate.gate_wide()), value)) {
      return false;
    }
    frame.add(value);
  }
  return true;
}

/// SDM vol. 2, CALL, MORE-PRIVILEGE.
bool call_inner(Processor& p, const Descriptor& gate, const CodeTarget& target) {
  StackTarget stack;
  FrameValues frame;
  frame.add(p.system.seg[kSs].selector);
  frame.add(p.gpr[kEsp]);
  if (!inner_stack(p, target.level, 0, stack) ||
      !room_on(p, stack, gate.gate_parameters() + 4u, gate.gate_wide(), 0) ||
      !check_code_offset(p, target, gate.gate_offset(), 0) || !add_parameters(p, gate, frame)) {
    return false;
  }
  frame.add(p.system.seg[kCs].selector);
  frame.add(p.next_eip);
  if (!push_on(p, stack, frame, gate.gate_wide())) {
    return false;
  }
  stack.commit(p);
  enter_code_target(p, target, gate.gate_offset());
  return true;
}

bool call_through_gate(Processor& p, std::uint16_t selector, const Descriptor& gate) {
  CodeTarget target;
  if (!check_call_gate(p, selector, gate) ||
      !check_code_segment(p, CodeUse::kCallGate, gate.gate_selector(), {}, target)) {
    return false;
  }
  return target.level < p.cpl() ? call_inner(p, gate, target)
                                : call_to(p, gate.gate_wide(), target, gate.gate_offset());
}

bool jump_through_gate(Processor& p, std::uint16_t selector, const Descriptor& gate) {
  CodeTarget target;
  return check_call_gate(p, selector, gate) &&
         check_code_segment(p, CodeUse::kJumpGate, gate.gate_selector(), {}, target) &&
         jump_to(p, target, gate.gate_offset());
}

// ---- RET and IRET to an outer level ----

bool find_return_target(Processor& p, std::uint16_t selector, CodeTarget& target) {
  if (uses_descriptors(p)) {
    return check_code_segment(p, CodeUse::kReturn, selector, {}, target);
  }
  target = real_code_target(p, selector);
  return true;
}

/// A segment register the outer level may not use becomes null (SDM vol. 3, 5.8.6).
void drop_inner_segments(Processor& p) {
  for (const unsigned segment : {kEs, kDs, kFs, kGs}) {
    const std::uint32_t attributes = p.system.seg[segment].attributes;
    constexpr std::uint32_t kConforming = attr::kCode | attr::kExpandDown;
    const unsigned dpl = (attributes >> attr::kDplShift) & 3;
    const bool usable = (attributes & attr::kUnusable) == 0;
    if (usable && dpl < p.cpl() && (attributes & kConforming) != kConforming) {
      p.set_segment(segment, null_segment(0));
    }
  }
}

/// Reads SS:ESP `skip` bytes above the stack's top and checks it for the outer level.
bool outer_stack(Processor& p, bool wide, std::uint32_t skip, unsigned level, StackTarget& stack) {
  std::uint16_t selector = 0;
  stack.level = level;
  return peek(p, wide, skip, stack.esp) && peek_selector(p, wide, skip + item(wide), selector) &&
         check_stack_segment(p, selector, level, {}, stack.segment);
}

/// Loads the outer SS:ESP with `release` bytes dropped. A 16-bit stack gets SP alone.
void enter_outer_stack(Processor& p, const StackTarget& stack, std::uint32_t release) {
  stack.segment.commit(p, kSs);
  p.set_masked(kEsp, stack.mask(), stack.esp + release);
  drop_inner_segments(p);
}

// ---- IRET ----

struct InterruptFrame {
  std::uint32_t eip = 0;
  std::uint16_t cs = 0;
  std::uint32_t eflags = 0;
};

bool peek_interrupt_frame(Processor& p, bool wide, InterruptFrame& frame) {
  return peek(p, wide, 0, frame.eip) && peek_selector(p, wide, item(wide), frame.cs) &&
         peek(p, wide, 2 * item(wide), frame.eflags);
}

/// IRET replaces the low word of EFLAGS, IRETD all of it.
std::uint32_t width_mask(bool wide) {
  return wide ? 0xFFFFFFFF : 0xFFFF;
}

/// Real mode and virtual-8086 mode with IOPL 3.
bool return_real(Processor& p, bool wide) {
  InterruptFrame frame;
  if (!peek_interrupt_frame(p, wide, frame)) {
    return false;
  }
  const CodeTarget target = real_code_target(p, frame.cs);
  if (!check_code_offset(p, target, frame.eip, 0)) {
    return false;
  }
  p.drop(3 * item(wide));
  p.set_eflags(frame.eflags, changeable_flags(p) & width_mask(wide));
  enter_code_target(p, target, frame.eip);
  return true;
}

/// SDM vol. 2, IRET, RETURN-TO-VIRTUAL-8086-MODE.
bool return_to_v86(Processor& p, const InterruptFrame& frame) {
  constexpr unsigned kOrder[] = {kSs, kEs, kDs, kFs, kGs};
  std::uint32_t esp = 0;
  std::uint16_t selectors[5] = {};
  if (!peek(p, true, 12, esp)) {
    return false;
  }
  for (unsigned n = 0; n < 5; ++n) {
    if (!peek_selector(p, true, 16 + 4 * n, selectors[n])) {
      return false;
    }
  }
  if (frame.eip > 0xFFFF) {
    return p.raise(vector::kGeneralProtection);
  }
  p.set_eflags(frame.eflags, 0xFFFFFFFF);
  p.set_segment(kCs, v86_segment(frame.cs));
  for (unsigned n = 0; n < 5; ++n) {
    p.set_segment(kOrder[n], v86_segment(selectors[n]));
  }
  p.gpr[kEsp] = esp;
  p.next_eip = frame.eip;
  return true;
}

bool return_outer(Processor& p, bool wide, const InterruptFrame& frame, const CodeTarget& target) {
  StackTarget stack;
  if (!outer_stack(p, wide, 3 * item(wide), target.level, stack) ||
      !check_code_offset(p, target, frame.eip, 0)) {
    return false;
  }
  p.set_eflags(frame.eflags, changeable_flags(p) & width_mask(wide));
  enter_code_target(p, target, frame.eip);
  enter_outer_stack(p, stack, 0);
  return true;
}

/// SDM vol. 2, IRET, PROTECTED-MODE-RETURN.
bool return_protected(Processor& p, bool wide, const InterruptFrame& frame) {
  CodeTarget target;
  if (!check_code_segment(p, CodeUse::kReturn, frame.cs, {}, target)) {
    return false;
  }
  if (target.level > p.cpl()) {
    return return_outer(p, wide, frame, target);
  }
  if (!check_code_offset(p, target, frame.eip, 0)) {
    return false;
  }
  p.drop(3 * item(wide));
  p.set_eflags(frame.eflags, changeable_flags(p) & width_mask(wide));
  enter_code_target(p, target, frame.eip);
  return true;
}

}  // namespace

bool far_jump(Processor& p, std::uint16_t selector, std::uint32_t offset) {
  if (!uses_descriptors(p)) {
    return jump_to(p, real_code_target(p, selector), offset);
  }
  Descriptor descriptor;
  if (!find_target(p, selector, descriptor)) {
    return false;
  }
  if (is_call_gate(descriptor)) {
    return jump_through_gate(p, selector, descriptor);
  }
  if (is_task_target(descriptor)) {
    return transfer_to_task(p, TaskSwitchBy::kJump, selector, descriptor);
  }
  CodeTarget target;
  return check_code_descriptor(p, CodeUse::kDirect, selector, descriptor, {}, target) &&
         jump_to(p, target, offset);
}

bool far_call(Processor& p, bool wide, std::uint16_t selector, std::uint32_t offset) {
  if (!uses_descriptors(p)) {
    return call_to(p, wide, real_code_target(p, selector), offset);
  }
  Descriptor descriptor;
  if (!find_target(p, selector, descriptor)) {
    return false;
  }
  if (is_call_gate(descriptor)) {
    return call_through_gate(p, selector, descriptor);
  }
  if (is_task_target(descriptor)) {
    return transfer_to_task(p, TaskSwitchBy::kCall, selector, descriptor);
  }
  CodeTarget target;
  return check_code_descriptor(p, CodeUse::kDirect, selector, descriptor, {}, target) &&
         call_to(p, wide, target, offset);
}

bool far_return(Processor& p, bool wide, std::uint32_t release) {
  std::uint32_t offset = 0;
  std::uint16_t selector = 0;
  if (!peek(p, wide, 0, offset) || !peek_selector(p, wide, item(wide), selector)) {
    return false;
  }
  CodeTarget target;
  if (!find_return_target(p, selector, target)) {
    return false;
  }
  StackTarget stack;
  const bool outer = target.level > p.cpl();
  const std::uint32_t dropped = 2 * item(wide) + release;
  if ((outer && !outer_stack(p, wide, dropped, target.level, stack)) ||
      !check_code_offset(p, target, offset, 0)) {
    return false;
  }
  if (!outer) {
    p.drop(dropped);
  }
  enter_code_target(p, target, offset);
  if (outer) {
    enter_outer_stack(p, stack, release);
  }
  return true;
}

bool interrupt_return(Processor& p, bool wide) {
  if (!uses_descriptors(p)) {
    return require_v86_privilege(p) && return_real(p, wide);
  }
  if (p.flag(eflags::kNt)) {
    return return_to_task(p);
  }
  InterruptFrame frame;
  if (!peek_interrupt_frame(p, wide, frame)) {
    return false;
  }
  if ((frame.eflags & eflags::kVm) != 0 && p.cpl() == 0) {
    return return_to_v86(p, frame);
  }
  return return_protected(p, wide, frame);
}

}  // namespace strata
