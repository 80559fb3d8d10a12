#include "platform/cache_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

#include "platform/numbers.h"

namespace strata {
namespace {

/// "2K", "512".
std::string bytes_text(unsigned bytes) {
  return bytes % 1024 == 0 ? fmt::format("{}K", bytes / 1024) : fmt::format("{}", bytes);
}

/// "1, 2, 4".
std::string ways_text(unsigned most) {
  std::vector<unsigned> ways;
  for (unsigned n = 1; n <= most; n *= 2) ways.push_back(n);
  return fmt::format("{}", fmt::join(ways, ", "));
}

/// Three numbers with slashes between them.
std::optional<CacheShape> parse_three(const std::string& text) {
  const std::size_t first = text.find('/');
  const std::size_t second = first == std::string::npos ? first : text.find('/', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const auto bytes = parse_size(text.substr(0, first), 1);
  const auto ways = parse_unsigned(text.substr(first + 1, second - first - 1));
  const auto line = parse_size(text.substr(second + 1), 1);
  if (!bytes || !ways || line != kCacheLine || *ways == 0 || *bytes > ~0u) return std::nullopt;
  const std::uint64_t sets = *bytes / *ways / kCacheLine;
  if (sets * *ways * kCacheLine != *bytes) return std::nullopt;
  return CacheShape{.sets = static_cast<unsigned>(sets), .ways = static_cast<unsigned>(*ways)};
}

}  // namespace

std::string cache_text(const CacheShape& shape) {
  return shape.off ? "off"
                   : fmt::format("{}/{}/{}", bytes_text(shape.bytes()), shape.ways, kCacheLine);
}

Result<CacheShape> parse_cache_shape(const std::string& text, const CacheShape& built) {
  if (text == "off") return CacheShape{.sets = built.sets, .ways = built.ways, .off = true};
  const auto shape = parse_three(text);
  if (shape && std::has_single_bit(shape->sets) && std::has_single_bit(shape->ways) &&
      shape->sets <= built.sets && shape->ways <= built.ways) {
    return *shape;
  }
  return Error{fmt::format(
      "'{}' is neither off nor SIZE/WAYS/{} with WAYS one of {} and {} to {} bytes a way, a power "
      "of two; this build has {}",
      text, kCacheLine, ways_text(built.ways), kCacheLine, bytes_text(built.sets * kCacheLine),
      cache_text(built))};
}

}  // namespace strata
