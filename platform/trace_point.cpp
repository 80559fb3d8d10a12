#include "platform/trace_point.h"

#include <fmt/format.h>

#include "platform/numbers.h"
#include "platform/symbol_text.h"

namespace strata {

Result<TracePoint> parse_trace_point(const std::string& option, const std::string& text,
                                     const GuestImage& guest) {
  if (const auto cycle = parse_count(text)) return TracePoint{*cycle, std::nullopt};
  const auto symbol = find_symbol(text, guest);
  if (!symbol) {
    return Error{fmt::format(
        "{}: '{}' is neither a cycle such as 2500 or 10M nor a symbol of {}, alone or as "
        "SYMBOL+OFFSET",
        option, text, guest.name)};
  }
  if (!symbol->offset) return TracePoint{std::nullopt, symbol->address};
  const auto offset = parse_unsigned(*symbol->offset);
  if (!offset || *offset > 0xFFFFFFFF) {
    return Error{fmt::format("{}: '{}' behind {} is not a number of bytes, such as 12 or 0xc",
                             option, *symbol->offset, text.substr(0, text.rfind('+')))};
  }
  return TracePoint{std::nullopt, symbol->address + static_cast<std::uint32_t>(*offset)};
}

std::optional<Error> check_window(const TraceConfig& trace, Cycle max_cycles) {
  if (!trace.from.cycle) return std::nullopt;
  if (trace.to.cycle && *trace.to.cycle < *trace.from.cycle) {
    return Error{fmt::format("--trace-from {} is later than --trace-to {}", *trace.from.cycle,
                             *trace.to.cycle)};
  }
  if (*trace.from.cycle >= max_cycles) {
    return Error{fmt::format("--trace-from {} is not before the end, --max-cycles {}",
                             *trace.from.cycle, max_cycles)};
  }
  return std::nullopt;
}

}  // namespace strata
