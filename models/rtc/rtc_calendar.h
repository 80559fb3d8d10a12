// The second that follows, in the bytes of the MC146818: BCD or binary, 12 or 24 hours, leap years.
#pragma once

#include <array>
#include <cstdint>

namespace strata {

/// Bytes 00 to 09 of the clock's memory; the alarm's are not looked at. Each counts on from what is
/// there, whether that is a time or not: from its greatest value or more to its least. Every fourth
/// year is a leap year; behind year 99 comes year 0.
void count_second(std::array<std::uint8_t, 128>& bytes, bool binary, bool hours_24);

}  // namespace strata
