// Segment registers and far transfers of control (SDM vol. 3, 3.4 and 5.8).
#pragma once

#include <cstdint>

#include "models/isa/processor.h"

namespace strata {

/// Loads a data or stack segment register (MOV, POP, LDS and kin; not CS). Real mode: selector and
/// base only. Protected mode: the checks of SDM vol. 3, 5.6-5.7; sets the descriptor's accessed
/// bit.
bool load_segment(Processor& p, unsigned segment, std::uint16_t selector);

/// A code segment a far transfer may go to, checked but not loaded yet.
struct CodeTarget {
  SegmentState segment;
  std::uint32_t descriptor = 0;  // linear address; protected mode only
  bool set_accessed = false;
};

/// How a far transfer names its target; the privilege rules differ (SDM vol. 3, 5.8).
enum class FarTransfer { kJumpOrCall, kReturn, kGate };

/// Checks `selector` and `offset` as the target of a far transfer within the current privilege
/// level. `external` is ORed into error codes (1 while an interrupt or exception is delivered).
/// Targets that are not executed yet (gates, task state segments, outer levels) raise #UD.
bool check_code_target(Processor& p, FarTransfer kind, std::uint16_t selector,
                       std::uint32_t external, CodeTarget& target);

/// #GP(external) if `offset` is past the target's limit.
bool check_code_offset(Processor& p, const CodeTarget& target, std::uint32_t offset,
                       std::uint32_t external);

/// Loads CS and makes `offset` the next EIP. Cannot fault.
void enter_code_target(Processor& p, const CodeTarget& target, std::uint32_t offset);

}  // namespace strata
