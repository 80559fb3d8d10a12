// CPI stacks: of each cause of cycles, the cycles an instruction it took.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "platform/stats/comparison.h"

namespace strata {

/// By cause; the sum is RunReport::cpi(). Empty where causes or instructions were not counted.
using CpiStack = std::map<std::string, double>;
CpiStack cpi_stack(const RunReport& report);

/// The causes that both have, `stack` less `first`.
CpiStack cpi_difference(const CpiStack& stack, const CpiStack& first);

/// A block of text: cycles, instructions and the stacks of the runs that have one, with what each
/// differs by from the first of these. Empty if there are not two.
std::string cpi_stack_table(const std::vector<ComparedRun>& runs);

}  // namespace strata
