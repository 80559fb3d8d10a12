// From what was counted to a profile: names, lines, functions.
#pragma once

#include "platform/profile/function_map.h"
#include "platform/profile/line_table.h"
#include "platform/profile/profile.h"
#include "platform/profile/recording.h"

namespace strata {

/// Fills in causes, files, functions, code and stacks, and the sums of cycles and instructions.
///
/// Code without symbols is put to the nearest address below it, up to 64 KiB away, that was called
/// or jumped to from elsewhere; where there is none, to the first that ran.
Profile make_profile(const Recording& recording, const FunctionMap& functions,
                     const LineTable& lines);

}  // namespace strata
