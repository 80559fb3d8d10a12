#include "platform/numbers.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

namespace strata {
namespace {

template <typename T, typename... Base>
std::optional<T> from_chars(const std::string& text, Base... base) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, base...);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

bool is_hexadecimal(const std::string& text) {
  return text.starts_with("0x") || text.starts_with("0X");
}

/// Where the digits of the whole number `text` starts with end; separators count as digits.
std::size_t end_of_digits(const std::string& text) {
  const char* digits = is_hexadecimal(text) ? "0123456789abcdefABCDEF_'" : "0123456789_'";
  const std::size_t end = text.find_first_not_of(digits, is_hexadecimal(text) ? 2 : 0);
  return end == std::string::npos ? text.size() : end;
}

/// 1 for K, 2 for M, 3 for G, in either case; 0 for anything else.
unsigned thousands(char letter) {
  switch (std::toupper(static_cast<unsigned char>(letter))) {
    case 'K': return 1;
    case 'M': return 2;
    case 'G': return 3;
    default: return 0;
  }
}

/// Bytes in the unit a size is followed by; nothing for a unit that is none.
std::optional<std::uint64_t> bytes_of_unit(const std::string& unit) {
  if (unit == "B") return 1;
  if (unit.empty() || thousands(unit[0]) == 0) return std::nullopt;
  const std::string rest = unit.substr(1);
  if (!rest.empty() && rest != "B" && rest != "iB") return std::nullopt;
  return std::uint64_t{1} << (10 * thousands(unit[0]));
}

/// digits * 10^power, where that is a whole number of 64 bits.
std::optional<std::uint64_t> scaled(const std::string& digits, long power) {
  auto value = from_chars<std::uint64_t>(digits, 10);
  for (; value && *value != 0 && power > 0; --power) {
    if (*value > std::numeric_limits<std::uint64_t>::max() / 10) return std::nullopt;
    *value *= 10;
  }
  for (; value && *value != 0 && power < 0; ++power) {
    if (*value % 10 != 0) return std::nullopt;
    *value /= 10;
  }
  return value;
}

bool is_digit(char character) {
  return std::isxdigit(static_cast<unsigned char>(character)) != 0;
}

/// A separator that does not stand between two digits stays, and is no number.
std::string without_separators(const std::string& text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_separator = text[i] == '_' || text[i] == '\'';
    const bool is_between = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]);
    if (is_separator && is_between && is_digit(text[i + 1])) continue;
    digits += text[i];
  }
  return digits;
}

}  // namespace

std::optional<std::uint64_t> parse_unsigned(const std::string& text) {
  const std::string digits = without_separators(text);
  if (is_hexadecimal(digits)) return from_chars<std::uint64_t>(digits.substr(2), 16);
  return from_chars<std::uint64_t>(digits, 10);
}

std::optional<std::uint64_t> parse_count(const std::string& text) {
  if (const auto value = parse_unsigned(text)) return value;
  if (is_hexadecimal(text)) return std::nullopt;
  std::string rest = text;
  long power = 0;
  if (!rest.empty() && thousands(rest.back()) != 0) {
    power = 3 * static_cast<long>(thousands(rest.back()));
    rest.pop_back();
  }
  if (const std::size_t e = rest.find_first_of("eE"); e != std::string::npos) {
    const auto exponent = from_chars<unsigned>(rest.substr(e + 1), 10);
    if (!exponent || *exponent > 19) return std::nullopt;
    power += *exponent;
    rest.resize(e);
  }
  if (const std::size_t point = rest.find('.'); point != std::string::npos) {
    const std::size_t decimals = rest.size() - point - 1;
    if (decimals == 0) return std::nullopt;
    power -= static_cast<long>(decimals);
    rest.erase(point, 1);
  }
  return scaled(without_separators(rest), power);
}

std::optional<double> parse_decimal(const std::string& text) {
  const auto value = from_chars<double>(text);
  if (!value || !std::isfinite(*value) || std::signbit(*value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(const std::string& text, std::uint64_t unit) {
  const std::size_t end = end_of_digits(text);
  if (end < text.size()) {
    const auto bytes = bytes_of_unit(text.substr(end));
    if (!bytes) return std::nullopt;
    unit = *bytes;
  }
  const auto count = parse_unsigned(text.substr(0, end));
  if (!count || *count > std::numeric_limits<std::uint64_t>::max() / unit) return std::nullopt;
  return *count * unit;
}

}  // namespace strata
