// What the clock's memory, which a battery keeps, holds when a machine is switched on: the time,
// and the bytes in which BIOSes look for what the machine has. They are those of an AT (IBM PC/AT
// Technical Reference, CMOS RAM addresses) and, from 30 on, of Bochs, which SeaBIOS and others
// follow.
//
// Left out: the types and geometries of hard disks (12, 19-23), which the drives say themselves.
#pragma once

#include <cstdint>

#include "models/rtc/rtc_state.h"

namespace strata {

struct RtcMachine {
  std::int64_t start = 0;  // seconds since 1970, UTC, of a year from 1970 to 2099
  std::uint64_t memory_bytes = 0;
  std::uint64_t disk_sectors = 0;  // 0: no drive
};

RtcState rtc_contents(const RtcMachine& machine);

}  // namespace strata
