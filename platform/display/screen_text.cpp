#include "platform/display/screen_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/display/font.h"

namespace strata {
namespace {

std::string describe(const TextCell& cell) {
  return fmt::format("{:02X}:{:02X}", cell.character, cell.attribute);
}

std::string describe(const TextCursor& cursor) {
  if (!cursor.visible) return "off";
  return fmt::format("row {} column {} lines {}-{}", cursor.row, cursor.column, cursor.first_line,
                     cursor.last_line);
}

std::string describe_cells(const TextScreen& left, const TextScreen& right) {
  std::size_t count = 0;
  std::size_t first = 0;
  for (std::size_t i = left.cells.size(); i-- > 0;) {
    if (left.cells[i] == right.cells[i]) continue;
    ++count;
    first = i;
  }
  if (count == 0) return "";
  return fmt::format("{} cell{} differ{}, first at row {} column {} ({} and {})", count,
                     count == 1 ? "" : "s", count == 1 ? "s" : "", first / TextScreen::kColumns,
                     first % TextScreen::kColumns, describe(left.cells[first]),
                     describe(right.cells[first]));
}

}  // namespace

// All of code page 437 lies in the Basic Multilingual Plane: one to three bytes.
std::string cp437_to_utf8(std::uint8_t character) {
  const unsigned code = kCodePage437[character];
  std::string utf8;
  if (code < 0x80) {
    utf8 += static_cast<char>(code);
  } else if (code < 0x800) {
    utf8 += static_cast<char>(0xC0 | code >> 6);
    utf8 += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    utf8 += static_cast<char>(0xE0 | code >> 12);
    utf8 += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    utf8 += static_cast<char>(0x80 | (code & 0x3F));
  }
  return utf8;
}

std::string to_text(const TextScreen& screen, std::size_t columns) {
  std::string text;
  for (std::size_t row = 0; row < TextScreen::kRows; ++row) {
    std::string line;
    for (std::size_t column = 0; column < std::min(columns, TextScreen::kColumns); ++column) {
      line += cp437_to_utf8(screen.at(row, column).character);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string describe_difference(const TextScreen& left, const TextScreen& right) {
  std::string difference = describe_cells(left, right);
  if (left.cursor != right.cursor) {
    if (!difference.empty()) difference += "; ";
    difference +=
        fmt::format("cursor differs ({} and {})", describe(left.cursor), describe(right.cursor));
  }
  return difference;
}

}  // namespace strata
