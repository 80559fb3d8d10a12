// One line of Intel syntax for an instruction, through Zydis.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace strata {

/// Disassembles the instruction at the start of `bytes`, in a 32-bit code segment if `big` (CS.D).
/// `eip` makes branch targets absolute. Bytes that are no instruction read "(bad)".
std::string disassemble(std::span<const std::uint8_t> bytes, bool big, std::uint32_t eip);

}  // namespace strata
