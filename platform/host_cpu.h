// What the host is.
#pragma once

#include <string>

namespace strata {

/// The host CPU's name as /proc/cpuinfo has it, or "unknown CPU".
std::string host_cpu_name();

}  // namespace strata
