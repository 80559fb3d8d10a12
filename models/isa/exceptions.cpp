#include "models/isa/exceptions.h"

#include "models/isa/segmentation.h"

namespace strata {
namespace {

/// One event on its way to its handler.
struct Event {
  std::uint8_t vector = 0;
  bool software = false;    // INT n, INT 3, INTO
  bool push_error = false;  // in protected mode
  std::uint32_t error_code = 0;
  std::uint32_t return_eip = 0;

  /// EXT bit of error codes (SDM vol. 3, 6.13): the event was not the program's own INT.
  std::uint32_t external() const { return software ? 0 : 1; }
};

constexpr std::uint32_t kIdtBit = 2;
constexpr unsigned kTaskGate = 5;

/// SDM vol. 2, INT n, "REAL-ADDRESS-MODE".
bool deliver_real(Processor& p, const Event& event) {
  const std::uint32_t offset = event.vector * 4u;
  if (offset + 3 > p.system.idtr.limit) {
    return p.raise(vector::kGeneralProtection);
  }
  const std::uint32_t entry = p.memory.read<std::uint32_t>(p.system.idtr.base + offset);
  CodeTarget target;
  const std::uint32_t eip = entry & 0xFFFF;
  if (!check_code_target(p, FarTransfer::kGate, static_cast<std::uint16_t>(entry >> 16), 0,
                         target) ||
      !check_code_offset(p, target, eip, 0)) {
    return false;
  }
  StackFrame frame;
  frame.add(p.eflags_image());
  frame.add(p.system.seg[kCs].selector);
  frame.add(event.return_eip);
  if (!frame.push<std::uint16_t>(p)) {
    return false;
  }
  p.set_eflags(0, eflags::kIf | eflags::kTf);
  enter_code_target(p, target, eip);
  return true;
}

struct Gate {
  std::uint16_t selector = 0;
  std::uint32_t offset = 0;
  bool wide = false;       // pushes dwords
  bool interrupt = false;  // clears IF
};

/// Reads and checks the IDT entry (SDM vol. 3, 6.12.1).
bool read_gate(Processor& p, const Event& event, Gate& gate) {
  const std::uint32_t index = event.vector * 8u;
  const std::uint32_t error = index | kIdtBit | event.external();
  if (index + 7 > p.system.idtr.limit) {
    return p.raise(vector::kGeneralProtection, error);
  }
  const std::uint32_t low = p.memory.read<std::uint32_t>(p.system.idtr.base + index);
  const std::uint32_t high = p.memory.read<std::uint32_t>(p.system.idtr.base + index + 4);
  const unsigned type = (high >> 8) & 0x1F;
  const unsigned kind = type & ~9u;  // 6: interrupt and trap gates of both sizes
  const unsigned dpl = (high >> 13) & 3;
  if (kind != 6 || type == kTaskGate || (event.software && dpl < p.cpl())) {
    return p.raise(vector::kGeneralProtection, error);
  }
  if ((high & (attr::kPresent << 8)) == 0) {
    return p.raise(vector::kSegmentNotPresent, error);
  }
  gate.wide = (type & 8) != 0;
  gate.interrupt = (type & 1) == 0;
  gate.selector = static_cast<std::uint16_t>(low >> 16);
  gate.offset = (low & 0xFFFF) | (gate.wide ? high & 0xFFFF0000 : 0);
  return true;
}

/// Pushes EFLAGS, CS, EIP and, for some exceptions, the error code.
bool push_frame(Processor& p, const Event& event, bool wide) {
  StackFrame frame;
  frame.add(p.eflags_image());
  frame.add(p.system.seg[kCs].selector);
  frame.add(event.return_eip);
  if (event.push_error) {
    frame.add(event.error_code);
  }
  if (wide ? frame.push<std::uint32_t>(p) : frame.push<std::uint16_t>(p)) {
    return true;
  }
  return p.raise(vector::kStackFault, event.external());
}

/// SDM vol. 2, INT n, "PROTECTED-MODE", INTRA-PRIVILEGE-LEVEL-INTERRUPT.
bool deliver_protected(Processor& p, const Event& event) {
  Gate gate;
  CodeTarget target;
  if (!read_gate(p, event, gate) ||
      !check_code_target(p, FarTransfer::kGate, gate.selector, event.external(), target) ||
      !check_code_offset(p, target, gate.offset, event.external()) ||
      !push_frame(p, event, gate.wide)) {
    return false;
  }
  const std::uint32_t cleared = eflags::kTf | eflags::kNt | eflags::kRf | eflags::kVm;
  p.set_eflags(0, cleared | (gate.interrupt ? eflags::kIf : 0));
  enter_code_target(p, target, gate.offset);
  return true;
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

/// Delivers `event` and, while that faults, what comes of the fault.
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
    is_exception = true;
  }
  p.eip = p.next_eip;
  return {.faulted = faulted, .vector = event.vector, .error_code = event.error_code};
}

}  // namespace

bool has_error_code(std::uint8_t vector) {
  return vector == vector::kDoubleFault ||
         (vector >= vector::kInvalidTss && vector <= vector::kPageFault);
}

bool deliver_software_interrupt(Processor& p, std::uint8_t vector) {
  return deliver(p, {.vector = vector, .software = true, .return_eip = p.next_eip});
}

Delivery deliver_exception(Processor& p) {
  const Fault fault = p.fault();
  return deliver_to_end(p,
                        {.vector = fault.vector,
                         .push_error = has_error_code(fault.vector),
                         .error_code = fault.error_code,
                         .return_eip = p.eip},
                        true);
}

Delivery deliver_external_interrupt(Processor& p, std::uint8_t vector) {
  p.system.halted = 0;
  return deliver_to_end(p, {.vector = vector, .return_eip = p.eip}, false);
}

}  // namespace strata
