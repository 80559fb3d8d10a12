// Makes of a run's exits what --explain says: names of devices, functions and instructions, and the
// works that calls of port ABBA do as well, with their prices.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/isa/cpu_family.h"
#include "platform/explain/exit_table.h"
#include "platform/loader/guest_image.h"
#include "platform/stats/explanation.h"

namespace strata {

/// "DISK_WRITE"; "unknown" for a number that is none.
std::string call_name(std::uint32_t number);

/// "port write 1f0", "call 2", and the device: for waves.
std::string name_of(const ExitRecord& exit);
std::string device_of(const ExitRecord& exit);

/// What calls took, by number.
struct CallCost {
  std::uint64_t calls = 0;
  std::uint64_t time = 0;
};
using CallCosts = std::map<std::uint32_t, CallCost>;

/// Those that a run's explanation counts.
CallCosts call_costs(const Explanation& explanation);

/// Whether explain() needs the costs of calls that the guest has not made.
bool wants_call_costs(const ExitTable& table);

/// `measured` are the costs of calls on the same engine, for those that the guest has not made; a
/// work whose call has no cost is left out. `host_time`: times are the host's.
Explanation explain(const ExitTable& table, const SymbolTable& symbols, CpuFamily family,
                    bool host_time, const CallCosts& measured);

}  // namespace strata
