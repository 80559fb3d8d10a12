// TLM-2.0 shell of the POST, debug console and exit ports.
#pragma once

#include "models/bus/device_tlm.h"
#include "models/debug/debug_core.h"

namespace strata {

class DebugTlm : public DeviceTlm {
 public:
  /// `log` (may be null) outlives the module; `period` is the CPU clock's.
  DebugTlm(const sc_core::sc_module_name& name, DebugSinks sinks, EventLog* log,
           sc_core::sc_time period);

 private:
  DebugCore core_;
};

}  // namespace strata
