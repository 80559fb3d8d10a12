// What paging a guest through a monitor took (--paging): traps, walks, references and tables, of
// one run or of several beside each other.
#pragma once

#include <string>
#include <vector>

#include "platform/stats/comparison.h"

namespace strata {

/// A block of text with a column for each of the runs that were paged so; empty if none was.
std::string paging_table(const std::vector<ComparedRun>& runs);

}  // namespace strata
