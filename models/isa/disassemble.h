// One line of Intel syntax for an instruction of one of our processors. Which instruction it is our
// own decoder says; Zydis, which knows every later one, formats it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "models/isa/cpu_family.h"

namespace strata {

/// Disassembles the instruction at the start of `bytes`, in a 32-bit code segment if `big` (CS.D).
/// `eip` makes branch targets absolute. Bytes that are no instruction of `family` read "(bad)", a
/// coprocessor instruction the 80387 does not have "esc". Prefixes without a meaning to the
/// instruction are not shown: F3 0F BC is BSF here, as it was before TZCNT (SDM vol. 2, 2.1.1).
std::string disassemble(std::span<const std::uint8_t> bytes, bool big, std::uint32_t eip,
                        CpuFamily family);

}  // namespace strata
