// A little memory behind an MMU, paged by a monitor or not. One page is mapped at kLinear.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/engine/monitor/paging_monitor.h"
#include "models/isa/cpu_state.h"
#include "models/isa/mmu.h"

namespace strata::test {

inline constexpr std::uint32_t kDirectory = 0x1000;
inline constexpr std::uint32_t kTable = 0x2000;
inline constexpr std::uint32_t kLinear = 0x00403123;  // directory entry 1, table entry 3
inline constexpr std::uint32_t kFrame = 0x7000;
inline constexpr std::uint32_t kDirectoryEntry = kDirectory + 4;
inline constexpr std::uint32_t kTableEntry = kTable + 12;
inline constexpr std::uint32_t kAll = pte::kPresent | pte::kWritable | pte::kUser;
inline constexpr std::uint32_t kMemoryBytes = 0x40000;

/// Physical addresses above the memory read as zero.
class NoDevices final : public EngineBus {
 public:
  std::uint32_t port_read(std::uint16_t, unsigned) override { return 0; }
  void port_write(std::uint16_t, unsigned, std::uint32_t) override {}
  std::uint32_t mmio_read(std::uint32_t, unsigned) override { return 0; }
  void mmio_write(std::uint32_t, unsigned, std::uint32_t) override {}
  std::uint8_t acknowledge_interrupt() override { return 0; }
};

class PagedMachine {
 public:
  struct Result {
    bool allowed = false;
    std::uint32_t physical = 0;
    std::uint32_t error = 0;

    bool operator==(const Result&) const = default;
  };

  explicit PagedMachine(const PagingChoice& choice, std::uint32_t cr4 = 0)
      : ram(kMemoryBytes), memory(devices), mmu(memory, CpuFamily::k586) {
    memory.map(0, ram.size(), ram.data(), true);
    monitor = make_paging_monitor(choice, memory);
    if (monitor != nullptr) mmu.set_source(*monitor, choice.tlb_entries);
    put(kDirectoryEntry, kTable | kAll);
    put(kTableEntry, kFrame | kAll);
    mmu.reset(cr0::kPe | cr0::kPg, kDirectory, cr4);
  }

  std::uint32_t get(std::uint32_t physical) { return memory.read<std::uint32_t>(physical); }
  void put(std::uint32_t physical, std::uint32_t value) {
    memory.write<std::uint32_t>(physical, value);
  }

  Result access(std::uint32_t linear, Privilege privilege, Access access) {
    Result result;
    result.allowed = mmu.translate(linear, privilege, access, result.physical, result.error);
    if (result.allowed)
      result.error = 0;
    else
      result.physical = 0;
    return result;
  }
  Result load(std::uint32_t linear = kLinear) {
    return access(linear, Privilege::kSupervisor, Access::kRead);
  }
  Result store(std::uint32_t linear = kLinear) {
    return access(linear, Privilege::kSupervisor, Access::kWrite);
  }
  /// A store with its value, as an instruction makes it.
  void store_value(std::uint32_t linear, std::uint32_t value) {
    const Result place = store(linear);
    if (place.allowed) put(place.physical, value);
  }

  std::uint64_t count(const std::string& name) const {
    return monitor->counters().at("paging." + name);
  }

  NoDevices devices;
  std::vector<std::uint8_t> ram;
  GuestMemory memory;
  std::unique_ptr<PagingMonitor> monitor;
  Mmu mmu;
};

}  // namespace strata::test
