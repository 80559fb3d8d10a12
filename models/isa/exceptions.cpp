#include "models/isa/exceptions.h"

#include "models/isa/privilege.h"
#include "models/isa/segmentation.h"
#include "models/isa/stack_switch.h"
#include "models/isa/task_switch.h"

namespace strata {
namespace {

/// RF in the image of EFLAGS an event pushes (SDM vol. 3, 17.3.1.1).
enum class Resume { kAsIs, kSet, kClear };

/// One event on its way to its handler.
struct Event {
  std::uint8_t vector = 0;
  bool software = false;    // INT n, INT 3, INTO
  bool push_error = false;  // in protected mode
  Resume resume = Resume::kAsIs;
  std::uint32_t error_code = 0;
  std::uint32_t return_eip = 0;

  std::uint32_t eflags_image(const Processor& p) const {
    const std::uint32_t rest = p.eflags_image() & ~eflags::kRf;
    switch (resume) {
      case Resume::kSet: return rest | eflags::kRf;
      case Resume::kClear: return rest;
      case Resume::kAsIs: break;
    }
    return p.eflags_image();
  }
  /// EXT bit of error codes (SDM vol. 3, 6.13): the event was not the program's own INT.
  std::uint32_t external() const { return software ? 0 : 1; }
};

constexpr std::uint32_t kIdtBit = 2;

void add_return_frame(const Processor& p, const Event& event, FrameValues& frame) {
  frame.add(event.eflags_image(p));
  frame.add(p.system.seg[kCs].selector);
  frame.add(event.return_eip);
}

/// SDM vol. 2, INT n, "REAL-ADDRESS-MODE". Error codes are not pushed there; they stand in the
/// record of what retires.
bool deliver_real(Processor& p, const Event& event) {
  const std::uint32_t offset = event.vector * 4u;
  if (offset + 3 > p.system.idtr.limit) {
    return p.raise(vector::kGeneralProtection, event.external());
  }
  std::uint32_t entry = 0;
  if (!p.read_linear(p.system.idtr.base + offset, Privilege::kSupervisor, entry)) {
    return false;
  }
  const std::uint32_t eip = entry & 0xFFFF;
  const CodeTarget target = real_code_target(p, static_cast<std::uint16_t>(entry >> 16));
  FrameValues frame;
  add_return_frame(p, event, frame);
  if (!room_for_frame(p, frame.all().size(), false, event.external()) ||
      !check_code_offset(p, target, eip, event.external()) ||
      !push_frame(p, frame, false, event.external())) {
    return false;
  }
  p.set_eflags(0, eflags::kIf | eflags::kTf | eflags::kRf | eflags::kAc);
  enter_code_target(p, target, eip);
  return true;
}

// ---- protected and virtual-8086 mode ----

/// Types of gates an IDT holds (SDM vol. 3, table 3-2): 16- and 32-bit interrupt and trap gates,
/// and the task gate.
bool is_idt_gate(const Descriptor& gate) {
  constexpr unsigned kTypes = 1u << 5 | 1u << 6 | 1u << 7 | 1u << 14 | 1u << 15;
  return gate.is_system() && (kTypes >> gate.type() & 1) != 0;
}

/// Reads and checks the IDT entry (SDM vol. 2, INT n, PROTECTED-MODE).
bool read_gate(Processor& p, const Event& event, Descriptor& gate) {
  const std::uint32_t index = event.vector * 8u;
  const std::uint32_t error = index | kIdtBit | event.external();
  if (index + 7 > p.system.idtr.limit) {
    return p.raise(vector::kGeneralProtection, error);
  }
  if (!read_descriptor_at(p, p.system.idtr.base + index, gate)) {
    return false;
  }
  if (!is_idt_gate(gate) || (event.software && gate.dpl() < p.cpl())) {
    return p.raise(vector::kGeneralProtection, error);
  }
  return gate.present() || p.raise(vector::kSegmentNotPresent, error);
}

/// The flags a gate clears in the handler's EFLAGS (SDM vol. 3, 6.12.1.2): IF by interrupt gates
/// only.
void clear_flags(Processor& p, const Descriptor& gate) {
  const bool trap = (gate.type() & 1) != 0;
  const std::uint32_t cleared = eflags::kTf | eflags::kNt | eflags::kRf | eflags::kVm;
  p.set_eflags(0, cleared | (trap ? 0 : eflags::kIf));
}

/// SDM vol. 2, INT n, INTRA-PRIVILEGE-LEVEL-INTERRUPT.
bool deliver_same_level(Processor& p, const Event& event, const Descriptor& gate,
                        const CodeTarget& target) {
  FrameValues frame;
  add_return_frame(p, event, frame);
  if (event.push_error) {
    frame.add(event.error_code);
  }
  if (!room_for_frame(p, frame.all().size(), gate.gate_wide(), event.external()) ||
      !check_code_offset(p, target, gate.gate_offset(), event.external()) ||
      !push_frame(p, frame, gate.gate_wide(), event.external())) {
    return false;
  }
  clear_flags(p, gate);
  enter_code_target(p, target, gate.gate_offset());
  return true;
}

/// Segment registers an interrupt out of virtual-8086 mode pushes and makes null, in that order.
constexpr unsigned kV86Pushed[] = {kGs, kFs, kDs, kEs};

/// SDM vol. 2, INT n, INTER-PRIVILEGE-LEVEL-INTERRUPT and INTERRUPT-FROM-VIRTUAL-8086-MODE.
bool deliver_inner(Processor& p, const Event& event, const Descriptor& gate,
                   const CodeTarget& target) {
  const bool from_v86 = virtual_8086(p);
  FrameValues frame;
  if (from_v86) {
    for (const unsigned segment : kV86Pushed) {
      frame.add(p.system.seg[segment].selector);
    }
  }
  frame.add(p.system.seg[kSs].selector);
  frame.add(p.gpr[kEsp]);
  add_return_frame(p, event, frame);
  if (event.push_error) {
    frame.add(event.error_code);
  }
  StackTarget stack;
  if (!inner_stack(p, target.level, event.external(), stack) ||
      !room_on(p, stack, frame.all().size(), gate.gate_wide(), event.external()) ||
      !check_code_offset(p, target, gate.gate_offset(), event.external()) ||
      !push_on(p, stack, frame, gate.gate_wide())) {
    return false;
  }
  clear_flags(p, gate);
  stack.commit(p);
  enter_code_target(p, target, gate.gate_offset());
  if (from_v86) {
    for (const unsigned segment : kV86Pushed) {
      p.set_segment(segment, null_segment(0));
    }
  }
  return true;
}

/// SDM vol. 2, INT n, TRAP-OR-INTERRUPT-GATE.
bool deliver_through_gate(Processor& p, const Event& event, const Descriptor& gate) {
  CodeTarget target;
  const Refusal refusal = {.external = event.external()};
  if (!check_code_segment(p, CodeUse::kCallGate, gate.gate_selector(), refusal, target)) {
    return false;
  }
  if (virtual_8086(p) && target.level != 0) {
    return p.raise(vector::kGeneralProtection, error_of(gate.gate_selector(), event.external()));
  }
  return target.level < p.cpl() ? deliver_inner(p, event, gate, target)
                                : deliver_same_level(p, event, gate, target);
}

bool deliver_protected(Processor& p, const Event& event) {
  Descriptor gate;
  if (!read_gate(p, event, gate)) {
    return false;
  }
  if (gate.type() != system_type::kTaskGate) {
    return deliver_through_gate(p, event, gate);
  }
  return interrupt_task(p, gate.gate_selector(),
                        {.by = TaskSwitchBy::kInterrupt,
                         .external = event.external(),
                         .saved_eip = event.return_eip,
                         .saved_eflags = event.eflags_image(p),
                         .push_error = event.push_error,
                         .error_code = event.error_code});
}

bool deliver(Processor& p, const Event& event) {
  return p.protected_mode() ? deliver_protected(p, event) : deliver_real(p, event);
}

/// Exceptions that together make a double fault (SDM vol. 3, table 6-5).
bool contributory(std::uint8_t vector) {
  return vector == vector::kDivideError ||
         (vector >= vector::kInvalidTss && vector <= vector::kGeneralProtection);
}

bool makes_double_fault(const Event& first, std::uint8_t second) {
  if (first.vector == vector::kPageFault) {
    return contributory(second) || second == vector::kPageFault;
  }
  return contributory(first.vector) && contributory(second);
}

/// The instruction that faulted will be started again and must not meet its breakpoint twice; after
/// a double fault it will not.
Resume resume_after(std::uint8_t vector) {
  return vector == vector::kDoubleFault ? Resume::kClear : Resume::kSet;
}

/// Delivers `event` and, while that faults, what comes of the fault. A fault after a task switch
/// belongs to the new task, whose EIP is then p.eip.
Delivery deliver_to_end(Processor& p, Event event, bool is_exception) {
  bool faulted = false;
  while (!deliver(p, event)) {
    faulted = true;
    const Fault fault = p.fault();
    if (is_exception && event.vector == vector::kDoubleFault) {
      return {.shutdown = true, .faulted = true, .vector = vector::kDoubleFault, .error_code = 0};
    }
    const bool twice = is_exception && makes_double_fault(event, fault.vector);
    event.vector = twice ? vector::kDoubleFault : fault.vector;
    event.error_code = twice ? 0 : fault.error_code;
    event.push_error = has_error_code(event.vector);
    event.resume = resume_after(event.vector);
    event.return_eip = p.eip;
    is_exception = true;
  }
  p.eip = p.next_eip;
  if (is_exception && event.vector == vector::kDebug) {
    p.system.dr[7] &= ~dr7::kGd;  // SDM vol. 3, 17.2.4
  }
  return {.faulted = faulted, .vector = event.vector, .error_code = event.error_code};
}

}  // namespace

bool has_error_code(std::uint8_t vector) {
  return vector == vector::kDoubleFault ||
         (vector >= vector::kInvalidTss && vector <= vector::kPageFault) ||
         vector == vector::kAlignmentCheck;
}

bool deliver_software_interrupt(Processor& p, std::uint8_t vector) {
  if (!deliver(p, {.vector = vector, .software = true, .return_eip = p.next_eip})) {
    return false;
  }
  p.debug_hits = 0;
  return true;
}

Delivery deliver_exception(Processor& p) {
  const Fault fault = p.fault();
  return deliver_to_end(p,
                        {.vector = fault.vector,
                         .push_error = has_error_code(fault.vector),
                         .resume = resume_after(fault.vector),
                         .error_code = fault.error_code,
                         .return_eip = p.eip},
                        true);
}

Delivery deliver_debug_trap(Processor& p) {
  p.system.pending_exception = 0;
  p.system.halted = 0;
  p.system.shadow = kNoShadow;
  return deliver_to_end(p, {.vector = vector::kDebug, .return_eip = p.eip}, true);
}

Delivery deliver_nmi(Processor& p) {
  p.system.nmi_blocked = 1;
  p.system.shadow = kNoShadow;  // STI's does not hold an NMI up, and ends with it
  return deliver_external_interrupt(p, vector::kNmi);
}

Delivery deliver_external_interrupt(Processor& p, std::uint8_t vector) {
  p.system.halted = 0;
  return deliver_to_end(p, {.vector = vector, .return_eip = p.eip}, false);
}

}  // namespace strata
