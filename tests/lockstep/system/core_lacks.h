// What the interpreter executes and the core does not yet.
#pragma once

#include <cstdint>
#include <span>

#include "models/isa/cpu_state.h"
#include "models/isa/retire_record.h"

namespace strata::test {

/// Whether the core has raised #UD (or failed to) for an opcode it does not execute yet. `before`
/// is the state before `record`, `code` the bytes at its instruction.
bool core_lacks(const RetireRecord& record, const CpuState& before, CpuFamily family,
                std::span<const std::uint8_t> code);

/// Whether it would not go on from `state` as the interpreter does: single step and debug
/// registers.
bool core_lacks(const CpuState& state);

}  // namespace strata::test
