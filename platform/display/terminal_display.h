// A text screen in the terminal while the guest runs: 80x25 cells with their colours, in place,
// sending only what changed since the last draw.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "models/base/text_screen.h"

namespace strata {

/// The escape sequences and text that turn a terminal showing `before` into one showing `after`;
/// with no `before`, the whole screen. ECMA-48 SGR with the 8 colours, bright foregrounds as 90-97,
/// blink as SGR 5. Positions start at the terminal's top left corner. Empty if nothing changed.
std::string draw_changes(const std::optional<TextScreen>& before, const TextScreen& after);

/// Owns the terminal from construction to destruction: alternate screen, so that what was there
/// comes back, and the cursor as the guest has it. One a process.
class TerminalDisplay {
 public:
  /// `send` brings text to the terminal at once.
  explicit TerminalDisplay(std::function<void(std::string_view text)> send);
  ~TerminalDisplay();
  TerminalDisplay(const TerminalDisplay&) = delete;
  TerminalDisplay& operator=(const TerminalDisplay&) = delete;

  void draw(const TextScreen& screen);

  /// One line of text below the screen (row 26), cut at 80 columns.
  void draw_status(const std::string& text);

  /// Gives the terminal back; later calls do nothing. The destructor calls it.
  void close();

 private:
  void send(std::string_view text);

  std::function<void(std::string_view text)> send_;
  bool open_ = true;
  std::optional<TextScreen> shown_;
  std::string status_;
};

}  // namespace strata
