// How people write what pages a guest: off, shadow, nested:LEVELS; and TRAP/REFERENCE, the cycles
// its cost is reckoned with.
#pragma once

#include <optional>
#include <string>

#include "models/base/result.h"
#include "models/engine/monitor/paging_choice.h"

namespace strata {

/// "1000/10".
std::string paging_cost_text(const PagingChoice& choice);

/// Sets kind and levels of `choice`, or the two costs. An error is one line.
std::optional<Error> parse_paging(const std::string& text, PagingChoice& choice);
std::optional<Error> parse_paging_cost(const std::string& text, PagingChoice& choice);

}  // namespace strata
