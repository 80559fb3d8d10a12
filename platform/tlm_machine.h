// The machine with software engines: SystemC modules in loosely timed TLM-2.0, an engine in the
// CPU.
#pragma once

#include <memory>
#include <span>

#include "models/base/result.h"
#include "models/engine/engine.h"
#include "platform/machine.h"
#include "platform/machine_config.h"

namespace strata {

/// How a software engine is made.
struct SoftwareEngine {
  /// `bus` outlives the engine, and so does the memory of the regions, but not the span itself.
  Result<std::unique_ptr<Engine>> (*make)(EngineBus& bus, const MachineConfig& config,
                                          std::span<const MemoryRegion> memory);
  /// Whether the VGA's text window is among its memory (MachineConfig::vga_memory says how).
  bool maps_text_memory;
};

/// The error says what the host lacks.
Result<std::unique_ptr<Machine>> make_tlm_machine(const MachineConfig& config,
                                                  const SoftwareEngine& engine);

}  // namespace strata
