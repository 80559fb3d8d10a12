#include "platform/profile/recording.h"

#include <array>

#include "models/isa/decoder.h"

namespace strata {

std::vector<std::uint8_t> code_at(std::uint32_t linear, bool code32, CpuFamily family,
                                  const ReadCode& read) {
  std::array<std::uint8_t, kMostCodeBytes> bytes{};
  const std::size_t known = read(linear, bytes);
  Instruction instruction;
  if (!decode(std::span(bytes).first(known), code32, family, instruction)) return {};
  return {bytes.begin(), bytes.begin() + instruction.length};
}

}  // namespace strata
