#include "platform/numbers.h"

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

}  // namespace

std::optional<std::uint64_t> parse_unsigned(const std::string& text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_separator = text[i] == '_' || text[i] == '\'';
    if (is_separator && i > 0 && i + 1 < text.size()) continue;
    digits += text[i];
  }
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    return from_chars<std::uint64_t>(digits.substr(2), 16);
  }
  return from_chars<std::uint64_t>(digits, 10);
}

std::optional<double> parse_decimal(const std::string& text) {
  const auto value = from_chars<double>(text);
  if (!value || !std::isfinite(*value) || std::signbit(*value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(const std::string& text, std::uint64_t unit) {
  std::string number = text;
  for (const char* suffix : {"iB", "B"}) {
    if (number.size() > 2 && number.ends_with(suffix)) {
      number.resize(number.size() - std::char_traits<char>::length(suffix));
      break;
    }
  }
  if (!number.empty()) {
    const std::string letters = "KMG";
    const std::size_t power = letters.find(static_cast<char>(std::toupper(number.back())));
    if (power != std::string::npos) {
      unit = std::uint64_t{1} << (10 * (power + 1));
      number.pop_back();
    }
  }
  const auto count = parse_unsigned(number);
  if (!count || *count > std::numeric_limits<std::uint64_t>::max() / unit) return std::nullopt;
  return *count * unit;
}

}  // namespace strata
