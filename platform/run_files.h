// The files of a run, by its options.
#pragma once

#include <string>
#include <vector>

#include "platform/loader/guest_loader.h"
#include "platform/options.h"
#include "platform/output/output_file.h"

namespace strata {

std::vector<OutputFile> outputs_of(const RunOptions& options);
std::vector<std::string> inputs_of(const RunOptions& options);

/// What the run asks the loader for.
GuestRequest start_of(const RunOptions& options);

/// The file that says most of what runs: guest, kernel or BIOS.
const std::string& started_by(const RunOptions& options);

}  // namespace strata
