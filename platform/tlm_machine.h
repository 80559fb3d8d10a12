// The machine with software engines: SystemC modules in loosely timed TLM-2.0, an engine in the
// CPU.
#pragma once

#include <memory>

#include "models/base/result.h"
#include "platform/machine.h"
#include "platform/machine_config.h"

namespace strata {

/// `config.engine` is kInterp or kKvm. The error says what the host lacks.
Result<std::unique_ptr<Machine>> make_tlm_machine(const MachineConfig& config);

}  // namespace strata
