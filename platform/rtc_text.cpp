#include "platform/rtc_text.h"

#include <fmt/format.h>

#include <chrono>
#include <regex>

namespace strata {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::system_clock;
using std::chrono::year_month_day;

constexpr unsigned kFirstYear = 1970;
constexpr unsigned kLastYear = 2099;

/// Nothing if there is no such moment.
std::optional<std::int64_t> parse_moment(const std::string& text) {
  static const std::regex form(R"((\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d))?)");
  std::smatch match;
  if (!std::regex_match(text, match, form)) return std::nullopt;
  const auto part = [&match](std::size_t n) {
    return match[n].matched ? static_cast<unsigned>(std::stoul(match[n])) : 0;
  };
  const unsigned year = part(1);
  const year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(part(2)),
                            std::chrono::day(part(3))};
  const bool possible = date.ok() && year >= kFirstYear && year <= kLastYear && part(4) < 24 &&
                        part(5) < 60 && part(6) < 60;
  if (!possible) return std::nullopt;
  return seconds(sys_days(date).time_since_epoch()).count() + part(4) * 3600 + part(5) * 60 +
         part(6);
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
