// Whether a program may use an I/O port (SDM vol. 1, 18.5).
#pragma once

#include <cstdint>

#include "models/isa/privilege.h"

namespace strata {

/// Looks ports `port` to `port` + `bytes` - 1 up in the I/O permission bitmap of the current task
/// (SDM vol. 1, 18.5.2). #GP(0) if one of them is closed, if the bitmap is not inside the TSS, or
/// if the TSS is a 16-bit one.
bool check_io_bitmap(Processor& p, std::uint16_t port, unsigned bytes);

/// CPL at most IOPL lets all ports pass; in virtual-8086 mode the bitmap always decides.
/// An access that is allowed may meet an I/O breakpoint.
inline bool io_allowed(Processor& p, std::uint16_t port, unsigned bytes) {
  const bool free = !p.protected_mode() || (p.cpl() <= iopl(p) && !p.flag(eflags::kVm));
  if (!free && !check_io_bitmap(p, port, bytes)) {
    return false;
  }
  p.note_port_access(port, bytes);
  return true;
}

}  // namespace strata
