#include "models/debug/debug_tlm.h"

#include <utility>

namespace strata {

// DeviceTlm only keeps the reference to the core, which is constructed after it.
DebugTlm::DebugTlm(const sc_core::sc_module_name& name, DebugSinks sinks, EventLog* log,
                   sc_core::sc_time period)
    : DeviceTlm(name, core_, period), core_(std::move(sinks), log) {}

}  // namespace strata
