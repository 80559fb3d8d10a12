// Far transfers of control between segments, privilege levels and tasks (SDM vol. 3, 5.8 and 7.3):
// the far forms of JMP, CALL and RET, and IRET. Each checks everything before it changes anything
// (but see task_switch.h) and makes the target the next EIP; false with the fault raised.
#pragma once

#include <cstdint>

#include "models/isa/processor.h"

namespace strata {

/// JMP ptr16:16/32 and m16:16/32 (SDM vol. 2, JMP).
bool far_jump(Processor& p, std::uint16_t selector, std::uint32_t offset);

/// CALL ptr16:16/32 and m16:16/32 (SDM vol. 2, CALL). `wide`: 32-bit operands.
bool far_call(Processor& p, bool wide, std::uint16_t selector, std::uint32_t offset);

/// RETF (SDM vol. 2, RET); drops `release` more bytes from the stack, and from the outer one.
bool far_return(Processor& p, bool wide, std::uint32_t release);

/// IRET and IRETD (SDM vol. 2, IRET).
bool interrupt_return(Processor& p, bool wide);

}  // namespace strata
