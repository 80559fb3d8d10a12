// Exits and the two ways to devices of several runs side by side, for `strata compare --explain`.
#pragma once

#include <string>
#include <vector>

#include "platform/stats/comparison.h"

namespace strata {

/// Lines of text: for each kind of work a unit by registers and by a call, a column a run. Empty
/// where no run was explained.
std::string both_ways_table(const std::vector<ComparedRun>& runs);

}  // namespace strata
