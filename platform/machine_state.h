// All of a machine's state at an instruction boundary, as a value: what Machine::save_state() says
// and load_state() takes, of the same kind of machine or of another, as long as both have the same
// hardware. The bus is at rest there and holds nothing; what is on its way between a device and the
// interrupt controllers is in their states.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/base/result.h"
#include "models/base/stateful.h"
#include "models/base/types.h"
#include "models/isa/cpu_family.h"
#include "models/isa/cpu_state.h"

namespace strata {

struct MachineConfig;  // platform/machine_config.h

/// What a guest can tell machines apart by. How fast the engine is, which twins stand in and what
/// watches are not among it; how much memory and which devices there are, the state itself says.
struct Hardware {
  CpuFamily cpu = CpuFamily::k586;
  std::uint64_t clock_hz = 0;
  std::uint64_t disk_sectors = 0;  // 0: no drive
  std::uint64_t rom_hash = 0;      // FNV-1a of the boot ROM's bytes
};

Hardware hardware_of(const MachineConfig& config);

struct DeviceBytes {
  // "pic", "pit", "uart", "debug", "vga", "ata", "pv", "rtc", "keyboard", those of slots,
  // "plugged0", ...
  std::string name;
  StateBytes bytes;  // models/<name>/<name>_state.h
  bool operator==(const DeviceBytes&) const = default;
};

struct MachineState {
  Hardware hardware;
  /// Since power-on: where ticks of the timer and the scan-out of the VGA are follows from it.
  Cycle cycle = 0;
  CpuState cpu;
  /// The interrupt controllers first: the others' wires go to them.
  std::vector<DeviceBytes> devices;
  /// The machine's own memory: whoever keeps the state copies it before the machine goes on. What
  /// disks hold is not in the state.
  std::span<const std::uint8_t> ram;
};

/// A machine's devices with their names, in the order of MachineState.
using NamedDevices = std::vector<std::pair<std::string, Stateful*>>;

/// Why a machine of `config` with these devices cannot take `state`: a line with all that differs.
/// Nothing if the state is of such a machine.
std::optional<Error> check_hardware(const MachineState& state, const MachineConfig& config,
                                    const NamedDevices& devices);

/// After check_hardware(): gives the devices their states. The error names the first that does not
/// take its own.
std::optional<Error> load_devices(const MachineState& state, const NamedDevices& devices);

}  // namespace strata
