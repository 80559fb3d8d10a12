#include "tests/silicon/host_differences.h"

#include <algorithm>

#include "tests/silicon/layout.h"

namespace strata::test {
namespace {

constexpr std::uint32_t kFetch = 1u << 4;  // of a page fault's error code (SDM vol. 3, 4.7)

/// Accesses more than one operand in an order of its own.
bool accesses_several(std::string_view mnemonic) {
  constexpr std::string_view kNames[] = {"CMPS",  "RETF",  "IRET", "CALL FAR", "JMP FAR",
                                         "LES",   "LDS",   "LSS",  "LFS",      "LGS",
                                         "BOUND", "PUSHA", "POPA", "ENTER"};
  return std::find(std::begin(kNames), std::end(kNames), mnemonic) != std::end(kNames);
}

/// A fault of an access to memory.
bool is_access_fault(const Event& event) {
  const bool by_limit =
      event.vector == vector::kStackFault || event.vector == vector::kGeneralProtection;
  return event.vector == vector::kPageFault || (by_limit && event.error_code == 0);
}

/// One operand of CMPS is misaligned where alignment is checked, and the other faults: either may
/// be read first.
bool is_alignment_first(std::string_view last, const Event& one, const Event& other) {
  return last == "CMPS" && one.vector == vector::kAlignmentCheck && is_access_fault(other);
}

/// An access over FFFFFFFF in a flat segment "may or may not" be a limit violation (SDM vol. 3,
/// 5.3); where it is not, its alignment is checked and its page is not there.
bool goes_over_the_end(const LastInstruction& last, const Event& host, const Event& expected) {
  constexpr std::uint32_t kLastQuadword = 0xFFFFFFF8;
  const bool page_fault = host.vector == vector::kPageFault && host.cr2 > kLastQuadword;
  const bool misaligned = host.vector == vector::kAlignmentCheck && last.at_the_end;
  return is_access_fault(expected) && expected.vector != vector::kPageFault &&
         (page_fault || misaligned);
}

/// #GP(0) of an instruction whose fifteenth byte is the last of code memory.
bool is_too_long_at_the_end(const Outcome& expected) {
  constexpr std::uint32_t kMostBytes = 15;
  return expected.event.vector == vector::kGeneralProtection && expected.event.error_code == 0 &&
         expected.registers.eip == layout::kCode.end() - kMostBytes;
}

/// A kernel's IRET to user level may leave any null selector in a data segment register as zero
/// (SDM vol. 2, IRET, RETURN-TO-OUTER-PRIVILEGE-LEVEL), so its RPL does not survive a signal.
void clear_null_selectors(Registers& registers) {
  for (std::uint16_t& selector : registers.selector) {
    if (selector < 4) selector = 0;
  }
}

}  // namespace

// LAR LSL VERR VERW tell of the host's descriptor tables; SGDT SIDT SLDT SMSW STR are #GP where the
// host has UMIP, and its kernel then emulates some; CPUID and RDTSC give the host's values; the
// host has an FPU; and INT1 in a virtual machine may report its own address, because its #DB passes
// a hypervisor (SDM vol. 3, 24.9.2: a privileged software exception, whose length that has to add).
std::vector<std::string_view> left_out_of_silicon() {
  return {"LAR",  "LSL", "VERR",  "VERW",  "SGDT", "SIDT", "SLDT",
          "SMSW", "STR", "CPUID", "RDTSC", "ESC",  "INT1"};
}

void forgive(const LastInstruction& last_instruction, Outcome& host, Outcome& expected) {
  const std::string_view last = last_instruction.mnemonic;
  clear_null_selectors(host.registers);
  clear_null_selectors(expected.registers);
  if (host.event.vector == vector::kPageFault) host.event.error_code &= ~kFetch;
  if (host.event.vector != Event::kNone && (last == "CMPS" || last == "SCAS")) {
    constexpr std::uint32_t kKept = ~eflags::kStatus;
    host.registers.eflags =
        (host.registers.eflags & kKept) | (expected.registers.eflags & eflags::kStatus);
  }
  // How many bytes an undefined encoding has is not said: some may be on the next page.
  if (expected.event.vector == vector::kInvalidOpcode && host.event.vector == vector::kPageFault &&
      host.event.cr2 == layout::kCode.end()) {
    expected.event = host.event;
  }
  // Nor whether the sixteenth byte of an instruction that is too long is asked for.
  if (is_too_long_at_the_end(expected) && host.event.vector == vector::kPageFault &&
      host.event.cr2 == layout::kCode.end()) {
    expected.event = host.event;
  }
  // The low limit may be compared before the high one is read.
  const bool bound_first =
      last == "BOUND" && host.event.vector == vector::kBound && is_access_fault(expected.event);
  if (bound_first || goes_over_the_end(last_instruction, host.event, expected.event) ||
      is_alignment_first(last, host.event, expected.event) ||
      is_alignment_first(last, expected.event, host.event)) {
    expected.event = host.event;
  }
  if (!is_access_fault(host.event) || !is_access_fault(expected.event)) return;
  const bool page_fault =
      host.event.vector == vector::kPageFault || expected.event.vector == vector::kPageFault;
  // By limit only where the operands may be in several segments.
  const bool several_segments = last == "CMPS" || last == "CALL FAR";
  if (several_segments || (page_fault && accesses_several(last))) expected.event = host.event;
  if (last == "POPA") {
    const std::uint32_t esp = expected.registers.gpr[kEsp];
    expected.registers.gpr = host.registers.gpr;
    expected.registers.gpr[kEsp] = esp;
  }
}

bool memory_is_defined(std::string_view last, const Event& event) {
  const bool pushes_several = last == "PUSHA" || last == "ENTER" || last == "CALL FAR";
  return !pushes_several || event.vector == Event::kNone;
}

}  // namespace strata::test
