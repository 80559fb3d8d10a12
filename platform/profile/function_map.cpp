#include "platform/profile/function_map.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace strata {

FunctionMap::FunctionMap(const SymbolTable& symbols) {
  constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;
  std::set<std::uint64_t> bounds{0};
  for (const auto& [begin, end] : symbols.segments) bounds.insert({begin, std::min(end, kEnd)});
  for (const auto& [address, name] : symbols.by_address) bounds.insert(address);
  bounds.erase(kEnd);
  for (const std::uint64_t begin : bounds) {
    std::string name = symbols.at(static_cast<std::uint32_t>(begin));
    if (!ranges_.empty()) {
      if (name.empty() && !ranges_.back().named()) continue;
      ranges_.back().end = begin;
    }
    ranges_.push_back({begin, kEnd, std::move(name)});
  }
}

const FunctionRange& FunctionMap::find(std::uint32_t address) const {
  const auto behind = std::ranges::upper_bound(ranges_, address, {}, &FunctionRange::begin);
  return *std::prev(behind);
}

}  // namespace strata
