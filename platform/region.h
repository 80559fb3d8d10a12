// What --region names: code whose passes are counted.
#pragma once

#include <string>

#include "models/base/result.h"
#include "platform/counter_watch.h"
#include "platform/loader/guest_image.h"

namespace strata {

/// A function, or FROM..TO: each a symbol of `guest`, with "+OFFSET" behind it where wanted, or a
/// linear address. Or @marks: what the guest marks by calls of port ABBA. An error is one line that
/// names `option`.
Result<Region> parse_region(const std::string& option, const std::string& text,
                            const GuestImage& guest);

}  // namespace strata
