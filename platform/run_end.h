// What a run's end means to the world outside: its name in documents and the program's status.
#pragma once

#include "platform/machine.h"

namespace strata {

/// "exited", "triple-fault", ...
const char* outcome_name(RunEnd end);

int status_of(const RunOutcome& outcome);

}  // namespace strata
