#include "platform/paging_text.h"

#include <fmt/format.h>

#include "platform/numbers.h"

namespace strata {
namespace {

constexpr std::uint64_t kMostCycles = 1'000'000'000;

}  // namespace

std::string paging_cost_text(const PagingChoice& choice) {
  return fmt::format("{}/{}", choice.trap_cycles, choice.reference_cycles);
}

std::optional<Error> parse_paging(const std::string& text, PagingChoice& choice) {
  constexpr std::string_view kNested = "nested:";
  if (text == "off" || text == "shadow") {
    choice.kind = text == "off" ? PagingKind::kOwn : PagingKind::kShadow;
    return std::nullopt;
  }
  const auto levels = text.starts_with(kNested) ? parse_unsigned(text.substr(kNested.size()))
                                                : std::optional<std::uint64_t>{};
  if (!levels || *levels < PagingChoice::kLeastLevels || *levels > PagingChoice::kMostLevels) {
    return Error{
        fmt::format("'{}' is neither off, shadow nor nested:N with N from {} to {}, the "
                    "levels of the host's table",
                    text, PagingChoice::kLeastLevels, PagingChoice::kMostLevels)};
  }
  choice.kind = PagingKind::kNested;
  choice.host_levels = static_cast<unsigned>(*levels);
  return std::nullopt;
}

std::optional<Error> parse_paging_cost(const std::string& text, PagingChoice& choice) {
  const std::size_t slash = text.find('/');
  const auto trap = parse_unsigned(text.substr(0, slash));
  const auto reference =
      parse_unsigned(slash == std::string::npos ? std::string() : text.substr(slash + 1));
  if (!trap || !reference || *trap > kMostCycles || *reference > kMostCycles) {
    return Error{fmt::format("'{}' is not TRAP/REFERENCE, cycles from 0 to {}", text, kMostCycles)};
  }
  choice.trap_cycles = *trap;
  choice.reference_cycles = *reference;
  return std::nullopt;
}

}  // namespace strata
