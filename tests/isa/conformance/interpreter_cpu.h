// The interpreter as the CPU of a capture machine.
#pragma once

#include <memory>
#include <span>

#include "tests/isa/conformance/capture_machine.h"

namespace strata::test {

std::unique_ptr<CaptureCpu> make_interpreter_cpu(std::span<const MemoryRegion> memory);

}  // namespace strata::test
