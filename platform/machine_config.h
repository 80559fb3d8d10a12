// Everything a Machine is built from. Filled by the command line (platform/run_command.cpp), read
// by SoftwareMachine and RtlMachine; nothing here knows options or SystemC.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/base/disk_backend.h"
#include "models/base/event_log.h"
#include "models/base/serial_input.h"
#include "models/base/types.h"
#include "models/cpu/cache_shape.h"
#include "models/engine/monitor/paging_choice.h"
#include "models/isa/cpu_family.h"
#include "models/machine/memory_map.h"
#include "platform/host_memory.h"
#include "platform/loader/guest_image.h"

namespace strata {

class CounterWatch;     // platform/counter_watch.h
class ExitSink;         // platform/explain/exit_record.h
class FunctionMap;      // platform/profile/function_map.h
class Machine;          // platform/machine.h
class MemoryTiming;     // models/memory/memory_timing.h
class Patcher;          // platform/sensitive/patcher.h
class SensitiveCounts;  // platform/sensitive/sensitive_counts.h

/// The devices of which the cycle-accurate machine can take the TLM twin for the RTL.
inline constexpr const char* kTwinDevices[] = {"ata", "debug", "keyboard", "pic",
                                               "pit", "rtc",   "uart",     "vga"};

/// When every machine is switched on that is not told otherwise: 2026-01-01 00:00:00 UTC.
inline constexpr std::int64_t kRtcStart = 1'767'225'600;

/// How software engines see the VGA text window: RAM the display reads, or read-only memory whose
/// writes leave the engine.
enum class VgaMemory { kShared, kTrap };

/// A moment of the run: a cycle number, or the first time the instruction at a linear address is
/// about to run.
struct TracePoint {
  std::optional<Cycle> cycle;
  std::optional<std::uint32_t> address;
};

/// Waves; the cycle-accurate machine only. Empty file names: not asked for.
struct TraceConfig {
  std::string vcd_file;
  std::string fst_file;
  TracePoint from{Cycle{0}, std::nullopt};
  TracePoint to{kNever, std::nullopt};
  /// Flight recorder: when not 0, only the last so many cycles before the run's end are written.
  Cycle last = 0;
};

/// No timer is faster than the CPU.
inline constexpr std::uint64_t kMinClockHz = 1'200'000;
static_assert(kMinClockHz >= STRATA_PIT_HZ);

/// A page of memory that other machines have, too: what one writes the others read.
struct SharedPage {
  static constexpr std::uint32_t kBytes = 4096;
  std::string name;
  std::uint32_t address = 0;  // a multiple of kBytes where else nobody answers
  /// kBytes, aligned to them; outlives the machine.
  std::uint8_t* host = nullptr;
};

using ByteSink = std::function<void(std::uint8_t byte)>;

struct MachineConfig {
  /// The processor; KVM's only in what CPUID says.
  CpuFamily cpu = CpuFamily::k586;
  std::uint64_t memory_bytes = 16u << 20;  // multiple of 4 KiB, at least 1 MiB
  bool list_translations = false;          // for Machine::translations()
  bool perf_map = false;                   // translated code gets names in /tmp/perf-PID.map
  HostMemory::Mapping memory_mapping = HostMemory::Mapping::kOwn;
  std::uint64_t clock_hz = STRATA_CPU_HZ;  // kMinClockHz at least
  /// What to run. Outlives the machine.
  const GuestImage* guest = nullptr;
  /// The ATA master drive, or null: no drive attached. Outlives the machine.
  DiskBackend* disk = nullptr;

  /// Which of kTwinDevices are taken as TLM twins (`--device vga=tlm`).
  std::set<std::string> tlm_devices;
  /// What is used of the CPU's caches (cycle-accurate machine).
  CacheShape caches = built_caches();
  /// Cycles the SystemC memory waits before it answers (cycle-accurate machine); as SDRAM
  /// (models/memory/sdram_timing.h) only where it is not RAM.
  unsigned memory_latency = 2;
  bool sdram = false;
  /// Another timing, for tests; null: what the two say.
  std::function<std::unique_ptr<MemoryTiming>()> memory_timing;
  /// Cycles by which each access of memory and devices is late (BusRtl::delay_accesses), for tests.
  std::function<unsigned()> bus_delay;
  /// Count what the CPU's cycles go to (cycle-accurate machine).
  bool count_cycles = false;
  /// Takes the counters meanwhile; outlives the machine, null: nobody. Not on KVM.
  CounterWatch* counting = nullptr;
  /// Hears where the guest's region of interest begins and ends (calls 17 and 18 of port ABBA).
  /// Never a null function.
  std::function<void(bool begins, const Machine& machine)> on_mark = [](bool, const Machine&) {};
  /// Told of each exit; they outlive the machine.
  std::vector<ExitSink*> exits;
  /// Counts privileged and sensitive instructions; outlives the machine, null: nobody does.
  /// Software engines.
  SensitiveCounts* sensitive = nullptr;
  /// Replaces such instructions before they run; likewise. Not both.
  Patcher* patcher = nullptr;
  /// Compare every retired instruction with the interpreter (cycle-accurate machine).
  bool check = false;
  TraceConfig trace;
  /// Record a profile by these functions, which outlive the machine; null: none. Not on KVM.
  const FunctionMap* profile = nullptr;

  /// Cycles an instruction takes in the interpreter.
  unsigned cpi = 1;
  /// What pages the guest in the interpreter.
  PagingChoice paging;
  /// Of machines with software engines.
  std::optional<SharedPage> shared_page;
  VgaMemory vga_memory = VgaMemory::kShared;

  /// Power-on contents of RAM: 0 zeroes, else a pseudo-random pattern (platform/power_on.h).
  std::uint64_t seed = 0;

  /// A port whose bytes are POST codes too, beside port 80.
  std::optional<std::uint16_t> post_port;

  /// What the CMOS clock shows at power-on: seconds since 1970, UTC.
  std::int64_t rtc_start = kRtcStart;

  /// What the 16550 receives.
  SerialInput serial_input;

  /// A triple fault resets the machine, and does not end the run.
  bool reset_on_shutdown = false;

  /// Port E9, the 16550's transmitter, ports 80 and post_port. Never null functions.
  ByteSink debug_console = [](std::uint8_t) {};
  ByteSink serial = [](std::uint8_t) {};
  ByteSink post_code = [](std::uint8_t) {};
  /// Where devices report what they do; null when nobody listens.
  EventLog* log = nullptr;
};

}  // namespace strata
