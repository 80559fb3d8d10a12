// Software engines as the CPU of a capture machine.
#pragma once

#include <memory>
#include <span>

#include "tests/isa/conformance/capture_machine.h"

namespace strata::test {

/// The interpreter, step by step.
std::unique_ptr<CaptureCpu> make_interpreter_cpu(std::span<const MemoryRegion> memory);

/// The block engine, which runs to the HLT at once.
std::unique_ptr<CaptureCpu> make_block_cpu(std::span<const MemoryRegion> memory);

}  // namespace strata::test
