#include "platform/machine.h"
#include "platform/rtl_machine.h"
#include "platform/tlm_machine.h"

namespace strata {

Result<std::unique_ptr<Machine>> make_machine(const MachineConfig& config) {
  if (config.engine == EngineKind::kRtl) return make_rtl_machine(config);
  return make_tlm_machine(config);
}

}  // namespace strata
