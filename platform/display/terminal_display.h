// A text screen in the terminal while the guest runs: 80x25 cells with their colours, in place,
// sending only what changed since the last draw.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "models/base/text_screen.h"

namespace strata {

/// Characters a terminal has room for.
struct TerminalSize {
  std::size_t columns = TextScreen::kColumns;
  std::size_t rows = TextScreen::kRows + 1;
  bool operator==(const TerminalSize&) const = default;
};

/// Of the terminal behind a descriptor; one that does not tell is taken to be large enough.
TerminalSize size_of_terminal(int descriptor);

/// The escape sequences and text that turn a terminal showing `before` into one showing `after`;
/// with no `before`, the whole screen. What has no room in `size` is left out. ECMA-48 SGR with the
/// 8 colours, bright foregrounds as 90-97, blink as SGR 5. Positions start at the terminal's top
/// left corner. Empty if nothing changed.
std::string draw_changes(const std::optional<TextScreen>& before, const TextScreen& after,
                         TerminalSize size = {});

/// Owns the terminal from construction to destruction: alternate screen, so that what was there
/// comes back, and the cursor as the guest has it. One a process.
class TerminalDisplay {
 public:
  /// `send` brings text to the terminal at once; `size` is asked before each draw.
  explicit TerminalDisplay(
      std::function<void(std::string_view text)> send,
      std::function<TerminalSize()> size = [] { return TerminalSize{}; });
  ~TerminalDisplay();
  TerminalDisplay(const TerminalDisplay&) = delete;
  TerminalDisplay& operator=(const TerminalDisplay&) = delete;

  /// Follows the terminal's size: what has no room is cut off at the right and at the bottom.
  void draw(const TextScreen& screen);

  /// One line of text below the screen (row 26), cut at 80 columns; nothing where there is no row
  /// 26.
  void draw_status(const std::string& text);

  /// Gives the terminal back; later calls do nothing. The destructor calls it.
  void close();

 private:
  void send(std::string_view text);

  std::function<void(std::string_view text)> send_;
  std::function<TerminalSize()> ask_size_;
  bool open_ = true;
  TerminalSize size_;
  std::optional<TextScreen> shown_;
  std::string status_;
};

}  // namespace strata
