// Looks at memory by linear address without being seen: for disassembly in reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata {

/// Copies the bytes from `linear` on to `bytes`, as far as they are in plain memory that the page
/// tables, if `state` has paging on, map at the moment. How many there were.
std::size_t read_linear_bytes(std::span<const MemoryRegion> regions, const CpuState& state,
                              std::uint32_t linear, std::span<std::uint8_t> bytes);

}  // namespace strata
