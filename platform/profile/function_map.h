// Which function an address belongs to, for code with symbols and for code without.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/loader/guest_image.h"

namespace strata {

/// Addresses from `begin` to before `end` (2^32 at most) that one symbol names.
struct FunctionRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;  // empty: no symbol does

  bool contains(std::uint32_t address) const { return address - begin < end - begin; }
  bool named() const { return !name.empty(); }
};

/// How far code without a symbol may be from where it was entered, to belong to that.
inline constexpr std::uint32_t kUnnamedReach = 0x10000;

class FunctionMap {
 public:
  /// A symbol reaches to the next one or to the end of its segment (SymbolTable::at()).
  explicit FunctionMap(const SymbolTable& symbols);

  /// Valid as long as the map.
  const FunctionRange& find(std::uint32_t address) const;

 private:
  std::vector<FunctionRange> ranges_;  // ascending, without gaps from 0 to 2^32
};

}  // namespace strata
