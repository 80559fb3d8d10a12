// What an instruction that does not go on behind itself does to the stack of calls, by its row of
// the opcode table: for profiles.
#pragma once

#include <cstdint>
#include <span>

namespace strata {

enum class Transfer : std::uint8_t {
  kJump,             // nothing: every instruction but those below
  kCall,             // CALL, near and far
  kReturn,           // RET, near and far
  kInterrupt,        // INT, INT1, INT3, INTO
  kInterruptReturn,  // IRET
};

/// By row of the opcode table.
std::span<const Transfer> transfers();

/// Likewise; kJump for kUndefinedRow.
Transfer transfer_of(std::uint16_t row);

}  // namespace strata
