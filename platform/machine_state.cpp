#include "platform/machine_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>

#include "models/base/fnv1a.h"
#include "platform/machine_config.h"

namespace strata {
namespace {

std::string cpu_text(CpuFamily family) {
  return fmt::format("{}86", static_cast<unsigned>(family));
}

std::string clock_text(std::uint64_t hz) {
  return fmt::format("{} MHz", static_cast<double>(hz) / 1e6);
}

std::string memory_text(std::uint64_t bytes) {
  return fmt::format("{} bytes", bytes);
}

std::string disk_text(std::uint64_t sectors) {
  return sectors == 0 ? "none" : fmt::format("{} sectors", sectors);
}

/// Of DeviceBytes or NamedDevices.
template <typename Devices>
std::string names_of(const Devices& devices) {
  std::vector<std::string> names;
  for (const auto& [name, device] : devices) names.push_back(name);
  return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

Hardware hardware_of(const MachineConfig& config) {
  Fnv1a rom;
  for (const std::uint8_t byte : config.guest->rom) rom.add({byte});
  return {config.cpu, config.clock_hz, config.disk != nullptr ? config.disk->sector_count() : 0,
          rom.value()};
}

std::optional<Error> check_hardware(const MachineState& state, const MachineConfig& config,
                                    const NamedDevices& devices) {
  const Hardware& there = state.hardware;
  const Hardware here = hardware_of(config);
  std::vector<std::string> different;
  const auto compare = [&](const char* what, auto theirs, auto ours, auto text) {
    if (theirs == ours) return;
    different.push_back(fmt::format("{} {}, here {}", what, text(theirs), text(ours)));
  };
  compare("CPU", there.cpu, here.cpu, cpu_text);
  compare("clock", there.clock_hz, here.clock_hz, clock_text);
  compare("memory", state.ram.size(), config.memory_bytes, memory_text);
  compare("disk", there.disk_sectors, here.disk_sectors, disk_text);
  compare("devices", names_of(state.devices), names_of(devices), std::identity());
  if (there.rom_hash != here.rom_hash) different.push_back("boot ROM with other contents");
  if (different.empty()) return std::nullopt;
  return Error{fmt::format("the state is of another machine: {}", fmt::join(different, "; "))};
}

std::optional<Error> load_devices(const MachineState& state, const NamedDevices& devices) {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto& [name, device] = devices[i];
    if (!device->load(state.devices[i].bytes, state.cycle)) {
      return Error{"the state of device " + name + " is not one of this machine's"};
    }
  }
  return std::nullopt;
}

}  // namespace strata
