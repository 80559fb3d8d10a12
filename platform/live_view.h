// What a person watching sees while a run goes on: the guest's screen (--display text) and a status
// line, each only where there is a terminal.
#pragma once

#include <memory>
#include <optional>

#include "platform/display/terminal_display.h"
#include "platform/machine.h"
#include "platform/options.h"
#include "platform/run_control.h"

namespace strata {

class LiveView {
 public:
  /// Draws the screen on standard output if `screen`; a status line on standard error if
  /// `status_line` and that is a terminal.
  LiveView(bool screen, bool status_line, std::optional<Cycle> max_cycles);
  ~LiveView();

  /// Makes `control` call update().
  void attach(RunControl& control);

  /// Gives the terminal back.
  void close();

 private:
  void update(const Machine& machine, double elapsed);

  std::optional<Cycle> max_cycles_;
  std::unique_ptr<TerminalDisplay> display_;
  bool status_line_ = false;
  bool status_shown_ = false;
  // At the latest status line, for the rates since.
  Cycle last_cycles_ = 0;
  std::uint64_t last_instructions_ = 0;
  double last_seconds_ = 0;
};

}  // namespace strata
