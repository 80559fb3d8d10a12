// The interpreter as the core of a capture machine.
#pragma once

#include <memory>
#include <span>

#include "tests/isa/conformance/capture_machine.h"

namespace strata::test {

std::unique_ptr<CaptureCore> make_interpreter_core(std::span<const MemoryRegion> memory);

}  // namespace strata::test
