// The VGA text controller in TLM-2.0 platforms: vga_core behind a target socket. The owner keeps
// the core and asks it for snapshots and text memory.
#pragma once

#include <systemc>

#include "models/bus/device_tlm.h"
#include "models/vga/vga_core.h"

namespace strata {

class VgaTlm : public DeviceTlm {
 public:
  /// `core` outlives the shell; `period` is the CPU clock's.
  VgaTlm(const sc_core::sc_module_name& name, VgaCore& core, sc_core::sc_time period)
      : DeviceTlm(name, core, period) {}
};

}  // namespace strata
