// traces/strata.gtkw as text; a file made from it when CMake configures defines it.
#pragma once

namespace strata {

extern const char* const kSaveFileLayout;

}  // namespace strata
