// Breakpoints of the debug registers (SDM vol. 3, 17.2; 80386 Programmer's Reference Manual, 12.2).
// All addresses are linear. The answers are the B bits of DR6 of the breakpoints that match; one
// that neither L nor G enables never does.
#pragma once

#include <cstdint>

#include "models/isa/cpu_state.h"

namespace strata {

/// What a breakpoint watches: the R/W field of DR7.
enum class Watch : std::uint8_t { kExecution = 0, kWrites = 1, kPorts = 2, kAccesses = 3 };

/// Whether any breakpoint is enabled, of any kind.
inline bool any_breakpoint(const CpuState& state) {
  return (state.dr[7] & dr7::kEnables) != 0;
}

/// Breakpoints on the instruction whose first byte, prefixes included, is at `linear`.
std::uint32_t instruction_breakpoints(const CpuState& state, std::uint32_t linear);

/// Breakpoints a memory access touches with at least one byte.
std::uint32_t data_breakpoints(const CpuState& state, std::uint32_t linear, unsigned bytes,
                               bool write);

/// Breakpoints an access to I/O ports touches; there are none without CR4.DE.
std::uint32_t port_breakpoints(const CpuState& state, std::uint16_t port, unsigned bytes);

/// Whether data_breakpoints() can find anything at all.
bool watches_data(const CpuState& state);

}  // namespace strata
