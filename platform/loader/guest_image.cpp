#include "platform/loader/guest_image.h"

#include <iterator>

namespace strata {

std::string SymbolTable::at(std::uint32_t address) const {
  const auto segment = segments.upper_bound(address);
  const auto symbol = by_address.upper_bound(address);
  if (segment == segments.begin() || symbol == by_address.begin()) return "";
  const auto& [begin, end] = *std::prev(segment);
  const auto& [place, name] = *std::prev(symbol);
  return address < end && place >= begin ? name : "";
}

}  // namespace strata
