// What makes the interpreter for a SoftwareMachine, in tests that link no SystemC: platform/engines
// names the engines, but with them the cycle-accurate platform.
#pragma once

#include <memory>
#include <span>

#include "models/engine/interpreter/interpreter.h"
#include "platform/software_machine.h"

namespace strata::test {

inline Result<std::unique_ptr<Engine>> make_interpreter(EngineBus& bus, const MachineConfig& config,
                                                        std::span<const MemoryRegion> memory) {
  return std::unique_ptr<Engine>(
      std::make_unique<Interpreter>(bus, memory, config.cpi, config.cpu));
}

}  // namespace strata::test
