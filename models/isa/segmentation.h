// Segment registers (SDM vol. 3, 3.4 and 5.5 to 5.8): what may be loaded into which, at any
// privilege level. The checks come first and change nothing; commit() then loads.
#pragma once

#include <cstdint>

#include "models/isa/descriptor.h"

namespace strata {

/// A segment a register may get, checked but not loaded yet.
struct CheckedSegment {
  SegmentState state;
  AccessChange accessed;  // of its descriptor

  /// Loads the register and sets the descriptor's accessed bit. Cannot fault.
  void commit(Processor& p, unsigned segment) const {
    accessed.commit(p);
    p.set_segment(segment, state);
  }
};

/// A code segment a far transfer may go to.
struct CodeTarget {
  CheckedSegment code;
  unsigned level = 0;  // CPL there
};

/// What names the code segment; the privilege rules differ (SDM vol. 3, 5.8).
enum class CodeUse {
  kDirect,    // the operand of JMP and CALL
  kJumpGate,  // a call gate used by JMP: same level
  kCallGate,  // a call gate used by CALL, an interrupt or trap gate: same or inner level
  kReturn,    // RET and IRET: same or outer level
  kTask,      // the CS field of a TSS: any level
};

/// Which exception a refused segment raises, and the EXT bit of its error code. Not present is
/// always #NP, or #SS for a stack.
struct Refusal {
  std::uint8_t vector = vector::kGeneralProtection;
  std::uint32_t external = 0;
};

/// What a null selector leaves in a segment register: no access passes.
inline SegmentState null_segment(std::uint16_t selector) {
  return {.selector = selector, .attributes = attr::kUnusable};
}

/// What a segment register gets in real mode, where limit and attributes stay, or in virtual-8086
/// mode, where they are FFFF and those of level 3 data (SDM vol. 3, 20.1.1).
SegmentState real_segment(const Processor& p, unsigned segment, std::uint16_t selector);
SegmentState v86_segment(std::uint16_t selector);

/// Loads a data or stack segment register (MOV, POP, LDS and kin; not CS) in the current mode, at
/// the current level.
bool load_segment(Processor& p, unsigned segment, std::uint16_t selector);

/// Checks `selector` for SS at privilege level `level` (SDM vol. 3, 5.7): a writable data segment
/// of just that RPL and DPL, present. Null raises `refusal`.vector(external).
bool check_stack_segment(Processor& p, std::uint16_t selector, unsigned level, Refusal refusal,
                         CheckedSegment& stack);

/// Checks `selector` for DS, ES, FS or GS at privilege level `level` (SDM vol. 3, 5.6). Null
/// passes.
bool check_data_segment(Processor& p, std::uint16_t selector, unsigned level, Refusal refusal,
                        CheckedSegment& data);

/// Checks `selector` for CS. Null raises `refusal`.vector(external).
bool check_code_segment(Processor& p, CodeUse use, std::uint16_t selector, Refusal refusal,
                        CodeTarget& target);

/// The same where the descriptor has been read already.
bool check_code_descriptor(Processor& p, CodeUse use, std::uint16_t selector,
                           const Descriptor& descriptor, Refusal refusal, CodeTarget& target);

/// The code segment `selector` names in real or virtual-8086 mode.
CodeTarget real_code_target(const Processor& p, std::uint16_t selector);

/// #GP(external) if `offset` is past the target's limit.
bool check_code_offset(Processor& p, const CodeTarget& target, std::uint32_t offset,
                       std::uint32_t external);

/// Loads CS and makes `offset` the next EIP. Cannot fault.
void enter_code_target(Processor& p, const CodeTarget& target, std::uint32_t offset);

}  // namespace strata
