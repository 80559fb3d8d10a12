// What an instruction does to the status flags, from its row's effects (models/isa/row_effects.h)
// and the count of a shift: which it reads, which it changes, and which (or what else) it leaves
// undefined. A differential test compares undefined
// flags with nothing, and runs no instruction that reads one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/isa/instruction.h"

namespace strata::test {

/// Masks of EFLAGS status bits.
struct FlagEffects {
  std::uint32_t reads = 0;
  std::uint32_t changes = 0;    // has a defined value afterwards
  std::uint32_t undefined = 0;  // afterwards; the rest stays as it was
  bool undefined_result = false;
};

/// Effects of `instruction` executed with this ECX (CL is the count of shifts).
FlagEffects flag_effects(const Instruction& instruction, std::uint32_t ecx);

/// Flags the instructions of a row of the opcode table may read.
std::uint32_t flags_read_by_row(std::size_t row);

/// The undefined flags after the instruction, with `before` undefined already.
constexpr std::uint32_t undefined_after(const FlagEffects& effects, std::uint32_t before) {
  return (before & ~effects.changes) | effects.undefined;
}

}  // namespace strata::test
