// When the timer's clock ticks, in CPU cycles, for both twins.
#pragma once

#include "models/base/tick_time.h"
#include "models/machine/memory_map.h"

namespace strata {

using PitTime = TickTime<STRATA_PIT_HZ>;

}  // namespace strata
