// Text as the value of a vector: eight bits a character.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace strata {

/// The last character in the lowest byte, so that unused high bytes are zero, which viewers leave
/// out. Cut at `characters`.
inline std::vector<std::uint32_t> pack_text(std::string_view text, std::uint32_t characters) {
  std::vector<std::uint32_t> words((characters + 3) / 4, 0);
  const std::size_t length = std::min<std::size_t>(text.size(), characters);
  for (std::size_t i = 0; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[length - 1 - i]);
    words[i / 4] |= std::uint32_t{byte} << (8 * (i % 4));
  }
  return words;
}

}  // namespace strata
