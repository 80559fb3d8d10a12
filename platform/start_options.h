// What a machine starts with, as options: a guest with modules, a kernel with its initrd, a BIOS.
#pragma once

#include "platform/loader/guest_loader.h"
#include "platform/option_values.h"
#include "platform/options.h"

namespace strata {

/// Into `run`; throws BadOption for what does not go together and for nothing at all.
void read_start(const Values& values, RunOptions& run);

/// Whether an option says what is started, so that another guest on the same machine has no use for
/// it.
bool is_of_start(const std::string& option);

}  // namespace strata
