// When the clock's crystal ticks, in CPU cycles, for both twins.
#pragma once

#include "models/base/tick_time.h"
#include "models/machine/memory_map.h"

namespace strata {

using RtcTime = TickTime<STRATA_RTC_HZ>;

}  // namespace strata
