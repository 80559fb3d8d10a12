// What the block behind port ABBA leaves in the event log, the same for both twins.
#pragma once

#include <cstdint>
#include <string>

#include "models/base/event_log.h"
#include "models/pv/pv_page.h"

namespace strata {

/// A call has ended; the ring has `served` descriptors. Nothing without a log.
inline void log_call(EventLog* log, Cycle now, std::uint32_t number, std::uint32_t error,
                     std::uint32_t served) {
  if (log == nullptr) return;
  std::string line = "call " + std::to_string(number) + " error " + std::to_string(error);
  if (number == STRATA_PV_CALL_RING) line += " descriptors " + std::to_string(served);
  log->record(now, "pv", line);
}

inline void log_label(EventLog* log, Cycle now, const std::string& label) {
  if (log != nullptr) log->record(now, "pv", "label " + label);
}

}  // namespace strata
