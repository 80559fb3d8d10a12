// Confines the process of one run, or of several, once all their files are open.
#pragma once

#include <vector>

#include "platform/options.h"

namespace strata {

/// To the system calls that all of them need together, unless one of them says --no-sandbox. On a
/// kernel that cannot the runs go on, and a line says so unless they are quiet: who counts on being
/// confined has to know. Nothing can be opened or started from here on.
void confine_runs(const std::vector<const RunOptions*>& runs);

}  // namespace strata
