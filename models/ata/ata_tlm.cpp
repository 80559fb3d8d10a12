#include "models/ata/ata_tlm.h"

namespace strata {

// DeviceTlm only keeps the reference to the core, which is constructed after it.
AtaTlm::AtaTlm(const sc_core::sc_module_name& name, DiskBackend& disk, EventLog* log,
               sc_core::sc_time period, sc_core::sc_time phase)
    : DeviceTlm(name, core_, period, phase),
      irq("irq"),
      core_(
          disk, [this](bool level) { irq.write(level); }, log) {}

}  // namespace strata
