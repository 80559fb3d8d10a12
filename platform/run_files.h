// The files of a run, by its options.
#pragma once

#include <string>
#include <vector>

#include "platform/options.h"
#include "platform/output/output_file.h"

namespace strata {

std::vector<OutputFile> outputs_of(const RunOptions& options);
std::vector<std::string> inputs_of(const RunOptions& options);

}  // namespace strata
