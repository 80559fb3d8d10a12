// Where the MC146818's registers are and what their bits are called (Motorola data sheet, "address
// map" and "registers"), for the C++ twin and for what the memory holds at first.
#pragma once

#include <cstdint>

namespace strata {

// Time, calendar and alarm bytes.
inline constexpr std::uint8_t kRtcSeconds = 0x00;
inline constexpr std::uint8_t kRtcSecondsAlarm = 0x01;
inline constexpr std::uint8_t kRtcMinutes = 0x02;
inline constexpr std::uint8_t kRtcMinutesAlarm = 0x03;
inline constexpr std::uint8_t kRtcHours = 0x04;
inline constexpr std::uint8_t kRtcHoursAlarm = 0x05;
inline constexpr std::uint8_t kRtcWeekday = 0x06;
inline constexpr std::uint8_t kRtcDay = 0x07;
inline constexpr std::uint8_t kRtcMonth = 0x08;
inline constexpr std::uint8_t kRtcYear = 0x09;

inline constexpr std::uint8_t kRtcA = 0x0A;
inline constexpr std::uint8_t kRtcB = 0x0B;
inline constexpr std::uint8_t kRtcC = 0x0C;
inline constexpr std::uint8_t kRtcD = 0x0D;

// Register A.
inline constexpr std::uint8_t kRtcUpdateInProgress = 0x80;
inline constexpr std::uint8_t kRtcDivider = 0x70;
inline constexpr std::uint8_t kRtcDividerRuns = 0x20;   // for the 32.768 kHz crystal
inline constexpr std::uint8_t kRtcDividerReset = 0x60;  // and 70
inline constexpr std::uint8_t kRtcRate = 0x0F;
inline constexpr std::uint8_t kRtc1024Hz = 0x06;

// Register B.
inline constexpr std::uint8_t kRtcSet = 0x80;
inline constexpr std::uint8_t kRtcSquareWave = 0x08;
inline constexpr std::uint8_t kRtcBinary = 0x04;
inline constexpr std::uint8_t kRtc24Hours = 0x02;

// Register C; where a flag is, register B has its enable bit.
inline constexpr std::uint8_t kRtcInterrupt = 0x80;
inline constexpr std::uint8_t kRtcPeriodic = 0x40;
inline constexpr std::uint8_t kRtcAlarm = 0x20;
inline constexpr std::uint8_t kRtcUpdate = 0x10;
inline constexpr std::uint8_t kRtcFlags = kRtcPeriodic | kRtcAlarm | kRtcUpdate;

// Register D.
inline constexpr std::uint8_t kRtcPowerGood = 0x80;

}  // namespace strata
