#include "models/rtc/rtc_calendar.h"

#include "models/rtc/rtc_registers.h"

namespace strata {
namespace {

constexpr std::uint8_t kAfternoon = 0x80;  // of hours from 1 to 12

/// How bytes stand for numbers.
class Digits {
 public:
  explicit Digits(bool binary) : binary_(binary) {}

  std::uint8_t of(unsigned n) const {
    return static_cast<std::uint8_t>(binary_ ? n : n / 10 << 4 | n % 10);
  }
  unsigned value(std::uint8_t byte) const {
    return binary_ ? byte : (byte >> 4) * 10u + (byte & 15);
  }
  std::uint8_t next(std::uint8_t byte) const {
    const bool carries = !binary_ && (byte & 15) >= 9;
    return static_cast<std::uint8_t>(carries ? (byte & 0xF0) + 0x10 : byte + 1);
  }
  /// Whether it has come round from `most` to `least`.
  bool count(std::uint8_t& byte, unsigned least, unsigned most) const {
    const bool round = byte >= of(most);
    byte = round ? of(least) : next(byte);
    return round;
  }

 private:
  bool binary_;
};

/// Whether it is another day.
bool count_hour(std::uint8_t& hours, const Digits& digits, bool hours_24) {
  if (hours_24) return digits.count(hours, 0, 23);
  std::uint8_t hour = hours & 0x7F;
  std::uint8_t half = hours & kAfternoon;
  const bool at_eleven = hour == digits.of(11);
  const bool midnight = at_eleven && half != 0;
  if (at_eleven) half ^= kAfternoon;
  digits.count(hour, 1, 12);
  hours = hour | half;
  return midnight;
}

unsigned days_of(unsigned month, unsigned year) {
  switch (month) {
    case 2: return year % 4 == 0 ? 29 : 28;
    case 4:
    case 6:
    case 9:
    case 11: return 30;
    default: return 31;
  }
}

}  // namespace

void count_second(std::array<std::uint8_t, 128>& bytes, bool binary, bool hours_24) {
  const Digits digits(binary);
  if (!digits.count(bytes[kRtcSeconds], 0, 59)) return;
  if (!digits.count(bytes[kRtcMinutes], 0, 59)) return;
  if (!count_hour(bytes[kRtcHours], digits, hours_24)) return;
  digits.count(bytes[kRtcWeekday], 1, 7);
  const unsigned days = days_of(digits.value(bytes[kRtcMonth]), digits.value(bytes[kRtcYear]));
  if (!digits.count(bytes[kRtcDay], 1, days)) return;
  if (!digits.count(bytes[kRtcMonth], 1, 12)) return;
  digits.count(bytes[kRtcYear], 0, 99);
}

}  // namespace strata
