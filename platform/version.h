// The program's version; CMake's project() has it.
#pragma once

namespace strata {

inline constexpr const char* kVersion = STRATA_VERSION;

}  // namespace strata
