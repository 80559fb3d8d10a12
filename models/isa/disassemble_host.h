// Instructions of the host, as text.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace strata {

/// One line of Intel syntax for the x86-64 instruction at the start of `bytes`, which is executed
/// at `address`; `length`: its bytes, 1 where there is none.
std::string disassemble_host(std::span<const std::uint8_t> bytes, std::uint64_t address,
                             unsigned& length);

}  // namespace strata
