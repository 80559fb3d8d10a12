// A text screen as plain text, and the difference of two screens in one readable line.
#pragma once

#include <cstddef>
#include <string>

#include "models/base/text_screen.h"

namespace strata {

/// UTF-8 of one character of code page 437; 00 and FF become a space.
std::string cp437_to_utf8(std::uint8_t character);

/// 25 lines of UTF-8 without trailing blanks, each ended by a newline; of each at most the first
/// `columns` characters.
std::string to_text(const TextScreen& screen, std::size_t columns = TextScreen::kColumns);

/// Empty if the screens are equal; else one line: how many cells differ, the first of them with
/// both contents, and whether the cursor differs.
std::string describe_difference(const TextScreen& left, const TextScreen& right);

}  // namespace strata
