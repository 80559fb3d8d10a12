// `strata info`: the host, its KVM and what the program is built from.
#include <Zydis/Zydis.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <boost/version.hpp>
#include <nlohmann/json.hpp>

#include "models/machine/memory_map.h"
#include "models/memory/sdram_timing.h"
#include "platform/commands.h"
#include "platform/engines.h"
#include "platform/exit_codes.h"
#include "platform/host_cpu.h"
#include "platform/output/standard_streams.h"
#include "platform/sandbox/sandbox.h"
#include "platform/simulator_versions.h"
#include "platform/version.h"

namespace strata {
namespace {

void line(const char* label, const std::string& text) {
  standard_output().put(fmt::format("{:<13} {}\n", label, text));
}

std::string libraries() {
  const ZyanU64 zydis = ZydisGetVersion();
  return fmt::format(
      "Boost {}.{}.{}, Zydis {}.{}.{}, fmt {}.{}.{}, "
      "nlohmann-json {}.{}.{}",
      BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100,
      ZYDIS_VERSION_MAJOR(zydis), ZYDIS_VERSION_MINOR(zydis), ZYDIS_VERSION_PATCH(zydis),
      FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100, NLOHMANN_JSON_VERSION_MAJOR,
      NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
}

std::string sandbox() {
  if (const char* why = why_no_sandbox()) return fmt::format("off: {}", why);
  if (const auto error = probe_sandbox()) return fmt::format("off: {}", error->message);
  return "seccomp filter, once a run's files are open";
}

std::string memory() {
  const SdramCycles at = sdram_cycles(STRATA_CPU_HZ);
  const unsigned open = at.clock + at.cas_latency;
  const unsigned closed = open + at.row_to_column;
  return fmt::format(
      "--memory fixed:N (default fixed:2) or sdram: PC133 (Micron MT48LC8M16A2-75); at {} MHz a "
      "read "
      "waits {} cycles where its row is open, {} where none is, {} where another is; a refresh of "
      "{} "
      "every {}",
      STRATA_CPU_HZ / 1e6, open, closed, closed + at.precharge, at.refresh, at.refresh_interval);
}

}  // namespace

int info_command(const InfoOptions&) {
  utsname system{};
  uname(&system);
  line("strata", kVersion);
  line("host CPU", fmt::format("{}, {} online", host_cpu_name(), sysconf(_SC_NPROCESSORS_ONLN)));
  line("system", fmt::format("{} {} {}", system.sysname, system.release, system.machine));
  for (const EngineEntry& engine : engines()) {
    line(fmt::format("engine {}", engine.name).c_str(),
         fmt::format("{}; {}", engine.description, engine.probe().line));
  }
  line("sandbox", sandbox());
  line("guest CPU", "--cpu 386, 486 or 586 (default), without FPU");
  line("memory (rtl)", memory());
  line("SystemC", systemc_version());
  line("Verilator", verilator_version());
  line("libraries", libraries());
  line("compiler", __VERSION__);
  return kExitOk;
}

}  // namespace strata
