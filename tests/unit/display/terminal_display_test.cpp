#include "platform/display/terminal_display.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace strata {
namespace {

// What a TerminalDisplay sent, collected in memory.
class Terminal {
 public:
  std::function<void(std::string_view)> sender() {
    return [this](std::string_view text) { text_ += text; };
  }

  /// What came since the last call.
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

TextScreen hello() {
  TextScreen screen;
  screen.at(0, 0) = {'H', 0x1E};
  screen.at(0, 1) = {'i', 0x1E};
  return screen;
}

TEST(DrawChanges, NothingChangedSendsNothing) {
  EXPECT_EQ(draw_changes(hello(), hello()), "");
}

TEST(DrawChanges, OnlyChangedCellsAreSentWithTheirColours) {
  // Yellow on blue: bright foreground 3 (red and green), background 4.
  EXPECT_EQ(draw_changes(TextScreen{}, hello()), "\x1b[1;1H\x1b[0;93;44mHi\x1b[?25l");
}

TEST(DrawChanges, VgaColoursBecomeAnsiColours) {
  TextScreen screen;
  screen.at(2, 4) = {'x', 0x41};  // blue on red
  EXPECT_EQ(draw_changes(TextScreen{}, screen), "\x1b[3;5H\x1b[0;34;41mx\x1b[?25l");
  screen.at(2, 4) = {'x', 0xB6};  // blinking brown on cyan
  EXPECT_EQ(draw_changes(TextScreen{}, screen), "\x1b[3;5H\x1b[0;5;33;46mx\x1b[?25l");
}

TEST(DrawChanges, CharactersAreUtf8) {
  TextScreen screen;
  screen.at(0, 0) = {0xDB, 0x07};
  EXPECT_EQ(draw_changes(TextScreen{}, screen), "\x1b[1;1H\x1b[0;37;40m\xE2\x96\x88\x1b[?25l");
}

TEST(DrawChanges, LineEndsAreNotWrittenThrough) {
  TextScreen screen;
  screen.at(0, 79) = {'a', 0x07};
  screen.at(1, 0) = {'b', 0x07};
  EXPECT_EQ(draw_changes(TextScreen{}, screen), "\x1b[1;80H\x1b[0;37;40ma\x1b[2;1Hb\x1b[?25l");
}

TEST(DrawChanges, CursorIsShownWhereTheGuestHasIt) {
  TextScreen screen;
  screen.cursor = {true, 4, 9, 13, 14};
  EXPECT_EQ(draw_changes(TextScreen{}, screen), "\x1b[5;10H\x1b[?25h");
}

TEST(DrawChanges, WithoutABeforeTheWholeScreenIsSent) {
  const std::string output = draw_changes(std::nullopt, TextScreen{});
  EXPECT_EQ(std::count(output.begin(), output.end(), ' '), 2000);
}

TEST(DrawChanges, WhatHasNoRoomIsLeftOut) {
  TextScreen screen;
  screen.at(0, 39) = {'a', 7};
  screen.at(0, 40) = {'b', 7};
  screen.at(9, 0) = {'c', 7};
  screen.at(10, 0) = {'d', 7};
  screen.cursor = {.visible = true, .row = 10, .column = 0};
  const std::string drawn = draw_changes(TextScreen{}, screen, {40, 10});
  EXPECT_EQ(drawn, "\x1b[1;40H\x1b[0;37;40ma\x1b[10;1Hc\x1b[?25l");
}

TEST(TerminalDisplay, NarrowTerminalClipsUntilItGrows) {
  Terminal terminal;
  TerminalSize size{40, 10};
  TextScreen screen;
  screen.at(0, 41) = {'b', 7};
  screen.at(12, 0) = {'d', 7};
  TerminalDisplay display(terminal.sender(), [&] { return size; });
  display.draw(screen);
  display.draw_status("status");
  const std::string small = terminal.take();
  size = {80, 26};
  display.draw(screen);
  display.draw_status("status");
  const std::string large = terminal.take();
  for (const char* text : {"b", "d", "status"}) {
    EXPECT_EQ(small.find(text), std::string::npos) << text;
    EXPECT_NE(large.find(text), std::string::npos) << text;
  }
}

TEST(TerminalDisplay, TerminalTellsItsSize) {
  winsize wanted{};
  wanted.ws_row = 10;
  wanted.ws_col = 40;
  int master = -1;
  int slave = -1;
  if (openpty(&master, &slave, nullptr, nullptr, &wanted) != 0) {
    GTEST_SKIP() << "the host gives out no pseudo-terminals";
  }
  EXPECT_EQ(size_of_terminal(slave), (TerminalSize{40, 10}));
  close(slave);
  close(master);
  EXPECT_EQ(size_of_terminal(slave), TerminalSize{});  // no terminal: large enough
}

TEST(TerminalDisplay, TakesTheTerminalAndGivesItBack) {
  Terminal terminal;
  {
    TerminalDisplay display(terminal.sender());
    EXPECT_EQ(terminal.take(), "\x1b[?1049h\x1b[?25l\x1b[0m\x1b[2J");
    display.draw(hello());
    terminal.take();
  }
  EXPECT_EQ(terminal.take(), "\x1b[0m\x1b[?25h\x1b[?1049l");
}

TEST(TerminalDisplay, SecondDrawSendsOnlyTheDifference) {
  Terminal terminal;
  TerminalDisplay display(terminal.sender());
  TextScreen screen = hello();
  display.draw(screen);
  terminal.take();
  screen.at(0, 1).character = 'o';
  display.draw(screen);
  EXPECT_EQ(terminal.take(), "\x1b[1;2H\x1b[0;93;44mo\x1b[?25l");
  display.draw(screen);
  EXPECT_EQ(terminal.take(), "");
}

TEST(TerminalDisplay, StatusLineIsBelowTheScreenAndKeepsTheCursor) {
  Terminal terminal;
  TerminalDisplay display(terminal.sender());
  terminal.take();
  display.draw_status("12 MHz");
  EXPECT_EQ(terminal.take(),
            "\x1b"
            "7\x1b[26;1H\x1b[0m\x1b[K12 MHz\x1b"
            "8");
  display.draw_status("12 MHz");
  EXPECT_EQ(terminal.take(), "");
}

TEST(TerminalDisplay, CloseIsFinal) {
  Terminal terminal;
  TerminalDisplay display(terminal.sender());
  display.close();
  terminal.take();
  display.draw(hello());
  display.draw_status("late");
  display.close();
  EXPECT_EQ(terminal.take(), "");
}

}  // namespace
}  // namespace strata
