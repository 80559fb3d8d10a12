// A place in a guest's code as options name it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/loader/guest_image.h"

namespace strata {

/// A symbol of a guest, alone or as SYMBOL+OFFSET.
struct SymbolText {
  std::uint32_t address = 0;          // of the symbol
  std::optional<std::string> offset;  // what is behind the plus
};

/// Nothing if `text` begins with no symbol of `guest`. A symbol's own name may contain a plus.
std::optional<SymbolText> find_symbol(const std::string& text, const GuestImage& guest);

}  // namespace strata
