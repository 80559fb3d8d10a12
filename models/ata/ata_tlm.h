// TLM-2.0 shell of the ATA controller.
#pragma once

#include "models/ata/ata_core.h"
#include "models/bus/device_tlm.h"

namespace strata {

class AtaTlm : public DeviceTlm {
 public:
  /// INTRQ.
  sc_core::sc_out<bool> irq;

  /// `disk` and `log` (may be null) outlive the module; `period` is the CPU clock's, `phase` that
  /// of DeviceTlm.
  AtaTlm(const sc_core::sc_module_name& name, DiskBackend& disk, EventLog* log,
         sc_core::sc_time period, sc_core::sc_time phase = sc_core::SC_ZERO_TIME);

 private:
  AtaCore core_;
};

}  // namespace strata
