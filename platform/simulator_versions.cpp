#include "platform/simulator_versions.h"

#include <systemc>

namespace strata {

std::string systemc_version() {
  return sc_core::sc_release();
}

std::string verilator_version() {
  return STRATA_VERILATOR_VERSION;
}

}  // namespace strata
