#include "models/rtc/rtc_contents.h"

#include <algorithm>
#include <chrono>

#include "models/rtc/rtc_registers.h"

namespace strata {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

// Addresses, as SeaBIOS names them (src/hw/rtc.h).
constexpr std::uint8_t kEquipment = 0x14;
constexpr std::uint8_t kBaseMemory = 0x15;
constexpr std::uint8_t kExtendedMemory = 0x17;
constexpr std::uint8_t kFirstSummed = 0x10;
constexpr std::uint8_t kLastSummed = 0x2D;
constexpr std::uint8_t kSum = 0x2E;  // high byte first
constexpr std::uint8_t kExtendedMemoryFound = 0x30;
constexpr std::uint8_t kCentury = 0x32;
constexpr std::uint8_t kMemoryAbove16M = 0x34;
constexpr std::uint8_t kCenturyOfPs2 = 0x37;
constexpr std::uint8_t kDiskTranslation = 0x39;
constexpr std::uint8_t kBootOrder = 0x3D;

constexpr std::uint8_t kDisplayEnabled = 0x08;  // bits 5:4, 0: the VGA has its own BIOS
constexpr std::uint8_t kBootDiskThenCdrom = 0x32;
constexpr std::uint8_t kTranslateToLba = 1;
constexpr std::uint64_t kMostUntranslated = 1024 * 16 * 63;

std::uint8_t to_bcd(unsigned n) {
  return static_cast<std::uint8_t>(n / 10 << 4 | n % 10);
}

void put_word(RtcState& state, std::uint8_t at, std::uint64_t value) {
  const auto word = std::min<std::uint64_t>(value, 0xFFFF);
  state.bytes[at] = static_cast<std::uint8_t>(word);
  state.bytes[at + 1u] = static_cast<std::uint8_t>(word >> 8);
}

void put_time(RtcState& state, std::int64_t start) {
  const std::chrono::sys_seconds time{std::chrono::seconds(start)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  state.bytes[kRtcSeconds] = to_bcd(static_cast<unsigned>(clock.seconds().count()));
  state.bytes[kRtcMinutes] = to_bcd(static_cast<unsigned>(clock.minutes().count()));
  state.bytes[kRtcHours] = to_bcd(static_cast<unsigned>(clock.hours().count()));
  // Sunday is 1.
  state.bytes[kRtcWeekday] = to_bcd(std::chrono::weekday(day).c_encoding() + 1);
  state.bytes[kRtcDay] = to_bcd(static_cast<unsigned>(date.day()));
  state.bytes[kRtcMonth] = to_bcd(static_cast<unsigned>(date.month()));
  state.bytes[kRtcYear] = to_bcd(year % 100);
  state.bytes[kCentury] = state.bytes[kCenturyOfPs2] = to_bcd(year / 100);
}

}  // namespace

RtcState rtc_contents(const RtcMachine& machine) {
  RtcState state;
  state.a = kRtcDividerRuns | kRtc1024Hz;
  state.b = kRtc24Hours;
  put_time(state, machine.start);

  const std::uint64_t above_1m = machine.memory_bytes - std::min(machine.memory_bytes, kMiB);
  const std::uint64_t above_16m = machine.memory_bytes - std::min(machine.memory_bytes, 16 * kMiB);
  state.bytes[kEquipment] = kDisplayEnabled;
  put_word(state, kBaseMemory, 640);
  put_word(state, kExtendedMemory, above_1m / kKiB);
  put_word(state, kExtendedMemoryFound, above_1m / kKiB);
  put_word(state, kMemoryAbove16M, above_16m / (64 * kKiB));
  if (machine.disk_sectors > kMostUntranslated) state.bytes[kDiskTranslation] = kTranslateToLba;
  state.bytes[kBootOrder] = kBootDiskThenCdrom;

  unsigned sum = 0;
  for (std::uint8_t at = kFirstSummed; at <= kLastSummed; ++at) sum += state.bytes[at];
  state.bytes[kSum] = static_cast<std::uint8_t>(sum >> 8);
  state.bytes[kSum + 1] = static_cast<std::uint8_t>(sum);
  return state;
}

}  // namespace strata
