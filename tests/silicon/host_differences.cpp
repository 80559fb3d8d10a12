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
