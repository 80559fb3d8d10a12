// Memory by linear address, without the guest or its devices noticing: for disassembly in reports
// and for debuggers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "models/engine/engine.h"
#include "models/isa/cpu_state.h"

namespace strata {

/// Plain memory from a physical address on; empty where there is none.
using PlainMemory = std::function<std::span<const std::uint8_t>(std::uint32_t physical)>;

/// Copies the bytes from `linear` on to `bytes`, as far as they are in plain memory that the page
/// tables, if `state` has paging on, map at the moment. How many there were.
std::size_t read_linear_bytes(const PlainMemory& memory, const CpuState& state,
                              std::uint32_t linear, std::span<std::uint8_t> bytes);

/// The other way, as far as there is memory in writable `regions`. How many bytes were written.
std::size_t write_linear_bytes(std::span<const MemoryRegion> regions, const CpuState& state,
                               std::uint32_t linear, std::span<const std::uint8_t> bytes);

/// The regions, which outlive it, as such memory.
PlainMemory plain_memory(std::span<const MemoryRegion> regions);

}  // namespace strata
