// What --trace-from and --trace-to name: a moment of the run.
#pragma once

#include <optional>
#include <string>

#include "models/base/result.h"
#include "platform/loader/guest_image.h"
#include "platform/machine_config.h"

namespace strata {

/// A cycle (as parse_count() takes it), or a symbol of `guest`, with "+OFFSET" behind it where
/// wanted. An error is one line that names `option`.
Result<TracePoint> parse_trace_point(const std::string& option, const std::string& text,
                                     const GuestImage& guest);

/// Why no cycle can lie in the window of a run of at most `max_cycles`; nothing if one can.
std::optional<Error> check_window(const TraceConfig& trace, Cycle max_cycles);

}  // namespace strata
