// traces/strata.gtkw and traces/exits.gtkw as text; a file made from them when CMake configures
// defines it.
#pragma once

namespace strata {

extern const char* const kSaveFileLayout;
extern const char* const kExitSaveFileLayout;

}  // namespace strata
