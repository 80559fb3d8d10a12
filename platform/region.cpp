#include "platform/region.h"

#include <fmt/format.h>

#include "platform/numbers.h"
#include "platform/symbol_text.h"

namespace strata {
namespace {

constexpr std::uint64_t kLastAddress = 0xFFFFFFFF;

std::optional<std::uint64_t> code_address(const std::string& text, const GuestImage& guest) {
  if (const auto address = parse_unsigned(text)) return address;
  const auto symbol = find_symbol(text, guest);
  if (!symbol) return std::nullopt;
  const auto offset =
      symbol->offset ? parse_unsigned(*symbol->offset) : std::optional<std::uint64_t>(0);
  if (!offset || *offset > kLastAddress) return std::nullopt;
  return symbol->address + *offset;
}

Result<std::uint32_t> parse_address(const std::string& option, const std::string& text,
                                    const GuestImage& guest) {
  const auto address = code_address(text, guest);
  if (address && *address <= kLastAddress) return static_cast<std::uint32_t>(*address);
  return Error{fmt::format(
      "{}: '{}' is neither a symbol of {}, alone or as SYMBOL+OFFSET, nor an address such as "
      "0x100000",
      option, text, guest.name)};
}

}  // namespace

Result<Region> parse_region(const std::string& option, const std::string& text,
                            const GuestImage& guest) {
  constexpr std::string_view kMarks = "@marks";
  constexpr std::string_view kTo = "..";
  if (text == kMarks) return Region{.marked = true};
  const std::size_t dots = text.find(kTo);
  const auto from = parse_address(option, text.substr(0, dots), guest);
  if (!from) return from.failure();
  if (dots == std::string::npos) return Region{.function = true, .from = from.value()};
  const auto to = parse_address(option, text.substr(dots + kTo.size()), guest);
  if (!to) return to.failure();
  return Region{.from = from.value(), .to = to.value()};
}

}  // namespace strata
