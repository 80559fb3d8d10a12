// The cycle-accurate machine: Verilated RTL wired up in SystemC.
#pragma once

#include <memory>

#include "models/base/result.h"
#include "platform/machine.h"
#include "platform/machine_config.h"

namespace strata {

/// `config.engine` is kRtl. The error is one line for the user (a wave file that cannot be opened).
Result<std::unique_ptr<Machine>> make_rtl_machine(const MachineConfig& config);

}  // namespace strata
