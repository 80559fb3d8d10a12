// The machine with software engines: an engine in a PlainMachine with the devices' C++ cores around
// it. No SystemC; two of them can live in one process.
#pragma once

#include <memory>
#include <span>

#include "models/base/device.h"
#include "models/base/result.h"
#include "models/engine/engine.h"
#include "models/machine/bus_map.h"
#include "platform/machine.h"
#include "platform/machine_config.h"

namespace strata {

class SoftwareMachine : public Machine {
 public:
  /// Plugs in a device beside the machine's own, at addresses that are free. It outlives the
  /// machine. Before the first run().
  virtual void plug(Device& device, std::span<const BusWindow> windows) = 0;

  /// What moves interrupt request line 0..15 of the 8259 pair: the output wire of a plugged device.
  virtual Wire irq(unsigned line) = 0;

  /// Back to power-on, memory, time and plugged devices included.
  virtual void reset() = 0;

  /// Machine::run(); after kCycleLimit, too, it may be called again.
  RunOutcome run(RunControl& control) override = 0;
};

/// Makes an engine. `bus` outlives it, and so does the memory of the regions, but not the span.
using MakeEngine = Result<std::unique_ptr<Engine>> (*)(EngineBus& bus, const MachineConfig& config,
                                                       std::span<const MemoryRegion> memory);

/// The error says what the host lacks.
Result<std::unique_ptr<SoftwareMachine>> make_software_machine(const MachineConfig& config,
                                                               MakeEngine make_engine);

}  // namespace strata
