// Stands in for rtl_machine.cpp in a build without the RTL core.
#include "platform/rtl_machine.h"

namespace strata {

Result<std::unique_ptr<Machine>> make_rtl_machine(const MachineConfig&) {
  return Error{"--engine rtl: this build has no RTL core; use --engine interp or kvm"};
}

}  // namespace strata
