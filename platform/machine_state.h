// All of a machine's state at an instruction boundary, as a value: what Machine::save_state() says
// and load_state() takes, of the same kind of machine or of another. The bus is at rest there and
// holds nothing; what is on its way between a device and the interrupt controllers is in their
// states.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/state_fields.h"
#include "models/base/types.h"
#include "models/isa/cpu_state.h"

namespace strata {

struct DeviceBytes {
  std::string name;  // "pic", "pit", "uart", "debug", "vga", "ata", then "plugged0", ...
  StateBytes bytes;  // models/<name>/<name>_state.h
  bool operator==(const DeviceBytes&) const = default;
};

struct MachineState {
  /// Since power-on: where ticks of the timer and the scan-out of the VGA are follows from it.
  Cycle cycle = 0;
  CpuState cpu;
  /// The interrupt controllers first: the others' wires go to them.
  std::vector<DeviceBytes> devices;
  /// The machine's own memory: whoever keeps the state copies it before the machine goes on. What
  /// disks hold is not in the state.
  std::span<const std::uint8_t> ram;
};

}  // namespace strata
