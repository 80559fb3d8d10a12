// One retired instruction, exception or interrupt, as the retirement port of every engine that has
// one reports it. REP string instructions retire once an iteration (partial is set for all but the
// last), because every iteration is an instruction boundary to the architecture.
#pragma once

#include <cstdint>

#include "models/base/types.h"

namespace strata {

enum class RetireKind : std::uint8_t {
  kInstruction = 0,  // executed to its end
  kException = 1,    // the instruction at eip raised `vector`; the handler is entered
  kInterrupt = 2,    // external interrupt `vector` taken before the instruction at eip
};

struct RetireRecord {
  std::uint64_t order = 0;  // 0 for the first after reset
  Cycle cycle = 0;
  RetireKind kind = RetireKind::kInstruction;
  bool partial = false;     // one iteration of a REP string instruction, more to come
  std::uint8_t vector = 0;  // exceptions and interrupts
  std::uint8_t length = 0;  // bytes of the instruction; 0 for interrupts
  std::uint32_t error_code = 0;
  std::uint32_t eip = 0;         // offset in CS of the instruction
  std::uint32_t linear_eip = 0;  // CS base + eip
  std::uint32_t next_eip = 0;    // EIP afterwards
  std::uint32_t eflags = 0;      // EFLAGS afterwards
};

}  // namespace strata
