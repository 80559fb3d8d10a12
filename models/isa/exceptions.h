// Delivery of interrupts and exceptions (SDM vol. 3, chapter 6): real-mode vectors, interrupt, trap
// and task gates, changes of privilege level, double fault and shutdown.
#pragma once

#include <cstdint>

#include "models/isa/processor.h"

namespace strata {

/// Whether protected mode pushes an error code for `vector` (SDM vol. 3, table 6-1).
bool has_error_code(std::uint8_t vector);

/// INT n, INT 3, INTO: delivered as part of the instruction; pushes Processor::next_eip as return
/// address and makes the handler next_eip. Debug traps of the instruction are lost: the handler
/// starts with TF clear (SDM vol. 3, 17.3.1.4). False with the fault raised, nothing changed.
bool deliver_software_interrupt(Processor& p, std::uint8_t vector);

/// What a delivery came to. `vector` is the one whose handler was entered: #DF (or the second
/// fault) when delivering the first one faulted.
struct Delivery {
  bool shutdown = false;  // a fault while #DF was delivered
  bool faulted = false;   // delivering the first event faulted
  std::uint8_t vector = 0;
  std::uint32_t error_code = 0;
};

/// Delivers the exception p.fault() of the instruction at p.eip; on return p.eip is the handler.
Delivery deliver_exception(Processor& p);

/// Delivers #DB before the instruction at p.eip: the trap that is pending, or an instruction
/// breakpoint. DR6 is set already. RF is pushed as it is, unlike with faults (SDM vol. 3,
/// 17.3.1.1). Wakes a halted processor.
Delivery deliver_debug_trap(Processor& p);

/// Whether an NMI comes before the next instruction, unless a debug trap waits, which goes first
/// (SDM vol. 3, 6.7 and table 6-2).
inline bool nmi_due(const CpuState& state) {
  return state.nmi_pending != 0 && state.nmi_blocked == 0 && state.shadow != kMovSsShadow;
}

/// Delivers an NMI; others are blocked until IRET (SDM vol. 3, 6.7.1).
Delivery deliver_nmi(Processor& p);

/// Delivers external interrupt `vector` before the instruction at p.eip; wakes a halted processor.
Delivery deliver_external_interrupt(Processor& p, std::uint8_t vector);

}  // namespace strata
