#include "models/engine/block/block_ends.h"

#include <algorithm>
#include <iterator>

namespace strata {

bool is_string(Operation operation) {
  using enum Operation;
  constexpr Operation kStrings[] = {kMovs, kCmps, kScas, kLods, kStos, kIns, kOuts};
  return std::ranges::find(kStrings, operation) != std::end(kStrings);
}

bool loads_segment(std::uint16_t row) {
  using enum Operation;
  constexpr std::uint8_t kMovToSegment = 0x8E;
  constexpr Operation kLoads[] = {kPopDs, kPopEs, kPopFs, kPopGs, kLds, kLes, kLfs, kLgs, kLss};
  const OpcodeRow& of = opcode_rows()[row];
  return (of.map == OpcodeMap::kOneByte && of.opcode == kMovToSegment) ||
         std::ranges::find(kLoads, row_effects()[row].operation) != std::end(kLoads);
}

}  // namespace strata
