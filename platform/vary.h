// `strata compare --vary OPTION=V1,V2,...`: which runs that asks for.
#pragma once

#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/stats/run_label.h"

namespace strata {

/// An option and the values it takes in turn, two at least.
struct VariedOption {
  std::string name;
  std::vector<std::string> values;
};

/// OPTION=V1,V2,... Not known here is which options there are. An error is one line.
Result<VariedOption> parse_varied_option(const std::string& text);

/// Each value of each option with each of the others: the last option changes fastest. Without
/// options one set that is empty.
std::vector<Parameters> combine(const std::vector<VariedOption>& options);

}  // namespace strata
