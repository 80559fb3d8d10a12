// A software engine as the CPU of a capture machine.
#pragma once

#include <memory>
#include <span>

#include "tests/isa/conformance/capture_machine.h"
#include "tests/support/software_engines.h"

namespace strata::test {

/// The interpreter goes step by step, any other runs to the HLT at once.
std::unique_ptr<CaptureCpu> make_software_cpu(const SoftwareEngineEntry& engine,
                                              std::span<const MemoryRegion> memory);

}  // namespace strata::test
