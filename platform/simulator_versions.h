// Versions of what simulates; apart, because SystemC's and Verilator's headers do not compile in
// one file with others of their kind.
#pragma once

#include <string>

namespace strata {

std::string systemc_version();

/// Of the Verilator that translated the RTL.
std::string verilator_version();

}  // namespace strata
