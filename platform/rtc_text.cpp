#include "platform/rtc_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace strata {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::system_clock;
using std::chrono::year_month_day;

constexpr unsigned kFirstYear = 1970;
constexpr unsigned kLastYear = 2099;

/// Whether `text` has a digit where `form` has a 0, T or a space where it has a T, and else the
/// same.
bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char c, char in_form) {
    if (in_form == '0') return c >= '0' && c <= '9';
    return c == in_form || (in_form == 'T' && c == ' ');
  });
}

/// Nothing if there is no such moment.
std::optional<std::int64_t> parse_moment(const std::string& text) {
  constexpr std::string_view kMoment = "0000-00-00T00:00:00";
  constexpr std::string_view kDate = kMoment.substr(0, 10);
  if (!has_form(text, kDate) && !has_form(text, kMoment)) return std::nullopt;
  const auto number = [&text](std::size_t at, std::size_t digits) {
    return at < text.size() ? static_cast<unsigned>(std::stoul(text.substr(at, digits))) : 0;
  };
  const unsigned year = number(0, 4);
  const unsigned hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  const year_month_day date{std::chrono::year(static_cast<int>(year)),
                            std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2))};
  const bool possible = date.ok() && year >= kFirstYear && year <= kLastYear && hour < 24 &&
                        minute < 60 && second < 60;
  if (!possible) return std::nullopt;
  return seconds(sys_days(date).time_since_epoch()).count() + hour * 3600 + minute * 60 + second;
}

}  // namespace

std::int64_t RtcStart::now() const {
  if (!host) return seconds;
  return std::chrono::floor<std::chrono::seconds>(system_clock::now()).time_since_epoch().count();
}

std::string rtc_text(std::int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Error> parse_rtc(const std::string& text, RtcStart& start) {
  start.host = text == "host";
  if (start.host) return std::nullopt;
  const auto moment = parse_moment(text);
  if (!moment) {
    return Error{
        fmt::format("'{}' is neither host nor a date from {} to {}, such as 2026-11-29 or {}", text,
                    kFirstYear, kLastYear, rtc_text(kRtcStart))};
  }
  start.seconds = *moment;
  return std::nullopt;
}

}  // namespace strata
