#include "platform/display/terminal_display.h"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <utility>

#include "platform/display/screen_text.h"

namespace strata {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[0m\x1b[2J";
constexpr std::string_view kClear = "\x1b[0m\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";

// The VGA counts blue, green, red; ECMA-48 red, green, blue.
constexpr unsigned ansi_colour(unsigned vga) {
  return (vga & 1) << 2 | (vga & 2) | (vga & 4) >> 2;
}

std::string select_attribute(std::uint8_t attribute) {
  const unsigned foreground = ansi_colour(attribute & 7) + (attribute & 8 ? 90 : 30);
  const unsigned background = ansi_colour(attribute >> 4 & 7) + 40;
  const char* blink = attribute & 0x80 ? ";5" : "";
  return fmt::format("\x1b[0{};{};{}m", blink, foreground, background);
}

std::string move_to(std::size_t row, std::size_t column) {
  return fmt::format("\x1b[{};{}H", row + 1, column + 1);
}

std::string draw_cells(const std::optional<TextScreen>& before, const TextScreen& after,
                       TerminalSize size) {
  std::string output;
  std::size_t next = TextScreen::kColumns * TextScreen::kRows;  // where the terminal writes next
  std::optional<std::uint8_t> attribute;
  for (std::size_t i = 0; i < after.cells.size(); ++i) {
    const TextCell& cell = after.cells[i];
    if (before && before->cells[i] == cell) continue;
    const std::size_t column = i % TextScreen::kColumns;
    if (column >= size.columns || i / TextScreen::kColumns >= size.rows) continue;
    // At a line's end terminals differ in where they write next.
    if (next != i || column == 0) output += move_to(i / TextScreen::kColumns, column);
    if (attribute != cell.attribute) output += select_attribute(cell.attribute);
    attribute = cell.attribute;
    output += cp437_to_utf8(cell.character);
    next = i + 1;
  }
  return output;
}

}  // namespace

TerminalSize size_of_terminal(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {};
  }
  return {size.ws_col, size.ws_row};
}

std::string draw_changes(const std::optional<TextScreen>& before, const TextScreen& after,
                         TerminalSize size) {
  if (before && *before == after) return "";
  std::string output = draw_cells(before, after, size);
  const bool has_room = after.cursor.column < size.columns && after.cursor.row < size.rows;
  if (!after.cursor.visible || !has_room) return output + "\x1b[?25l";
  return output + move_to(after.cursor.row, after.cursor.column) + "\x1b[?25h";
}

TerminalDisplay::TerminalDisplay(std::function<void(std::string_view text)> send,
                                 std::function<TerminalSize()> size)
    : send_(std::move(send)), ask_size_(std::move(size)) {
  this->send(kEnter);
}

TerminalDisplay::~TerminalDisplay() {
  close();
}

void TerminalDisplay::draw(const TextScreen& screen) {
  if (!open_) return;
  if (const TerminalSize size = ask_size_(); size != size_) {
    size_ = size;
    shown_.reset();
    status_.clear();
    send(kClear);
  }
  send(draw_changes(shown_, screen, size_));
  shown_ = screen;
}

void TerminalDisplay::draw_status(const std::string& text) {
  const std::string status = text.substr(0, std::min(TextScreen::kColumns, size_.columns));
  if (!open_ || status == status_ || size_.rows <= TextScreen::kRows) return;
  status_ = status;
  // DECSC and DECRC keep the guest's cursor where it is.
  send(
      "\x1b"
      "7" +
      move_to(TextScreen::kRows, 0) + "\x1b[0m\x1b[K" + status +
      "\x1b"
      "8");
}

void TerminalDisplay::close() {
  if (!open_) return;
  send(kLeave);
  open_ = false;
}

void TerminalDisplay::send(std::string_view text) {
  if (!text.empty()) send_(text);
}

}  // namespace strata
