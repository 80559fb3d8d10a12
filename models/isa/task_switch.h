// Hardware task switching (SDM vol. 3, chapter 7; 80386 Programmer's Reference Manual, chapter 7).
//
// Up to the commit point a fault leaves the old task as it was. After it the fault belongs to the
// new task: the calls return false, and Processor::eip is already the new task's.
#pragma once

#include <cstdint>

#include "models/isa/descriptor.h"

namespace strata {

enum class TaskSwitchBy { kJump, kCall, kReturn, kInterrupt };

/// What the old task is to resume with.
struct TaskSwitch {
  TaskSwitchBy by = TaskSwitchBy::kJump;
  std::uint32_t external = 0;  // EXT bit of error codes
  std::uint32_t saved_eip = 0;
  std::uint32_t saved_eflags = 0;
  bool push_error = false;  // an exception's error code goes on the new task's stack
  std::uint32_t error_code = 0;
};

/// Whether a far JMP or CALL to this descriptor is a task switch: task gate or available TSS.
bool is_task_target(const Descriptor& descriptor);

/// Far JMP or CALL to a task gate or TSS (SDM vol. 2, JMP, TASK-GATE and TASK-STATE-SEGMENT).
bool transfer_to_task(Processor& p, TaskSwitchBy by, std::uint16_t selector,
                      const Descriptor& descriptor);

/// IRET with NT set (SDM vol. 2, IRET, TASK-RETURN).
bool return_to_task(Processor& p);

/// An interrupt or exception through a task gate that names TSS `selector` (SDM vol. 2, INT n,
/// TASK-GATE).
bool interrupt_task(Processor& p, std::uint16_t selector, const TaskSwitch& request);

}  // namespace strata
