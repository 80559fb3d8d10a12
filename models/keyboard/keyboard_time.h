// When a bit goes over the keyboard's line, in CPU cycles, for both twins.
#pragma once

#include "models/base/tick_time.h"
#include "models/machine/memory_map.h"

namespace strata {

using KeyboardTime = TickTime<STRATA_KEYBOARD_HZ>;

}  // namespace strata
