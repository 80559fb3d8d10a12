#include "platform/live_view.h"

#include <unistd.h>

#include "models/base/text_screen.h"
#include "platform/output/standard_streams.h"
#include "platform/stats/number_text.h"

namespace strata {
namespace {

using namespace std::chrono_literals;

constexpr auto kScreenInterval = 40ms;
constexpr double kStatusSeconds = 0.25;
/// To the line's start, and what follows cleared (ECMA-48 EL).
constexpr const char* kClearLine = "\r\033[K";

}  // namespace

LiveView::LiveView(bool screen, bool status_line, std::optional<Cycle> max_cycles)
    : max_cycles_(max_cycles), status_line_(status_line && ::isatty(STDERR_FILENO) == 1) {
  if (!screen) return;
  display_ = std::make_unique<TerminalDisplay>(
      [](std::string_view text) {
        standard_output().put(text);
        standard_output().flush();
      },
      [] { return size_of_terminal(STDOUT_FILENO); });
}

LiveView::~LiveView() {
  close();
}

void LiveView::attach(RunControl& control) {
  if (!display_ && !status_line_) return;
  control.set_progress(
      display_ ? kScreenInterval : 250ms,
      [this, &control](const Machine& machine) { update(machine, control.elapsed()); });
}

void LiveView::update(const Machine& machine, double elapsed) {
  if (display_) display_->draw(machine.screen());
  const double interval = elapsed - last_seconds_;
  if (!status_line_ || interval < kStatusSeconds * 0.9) return;
  RunProgress progress;
  progress.cycles = machine.cycles();
  progress.instructions = machine.instructions();
  progress.seconds = elapsed;
  progress.cycles_per_second = static_cast<double>(progress.cycles - last_cycles_) / interval;
  progress.instructions_per_second =
      static_cast<double>(progress.instructions - last_instructions_) / interval;
  progress.max_cycles = max_cycles_;
  last_cycles_ = progress.cycles;
  last_instructions_ = progress.instructions;
  last_seconds_ = elapsed;

  const std::string text = status_text(progress);
  if (display_) {
    display_->draw_status(text);
  } else {
    say("{}{}", kClearLine, text);
    status_shown_ = true;
  }
}

void LiveView::close() {
  if (status_shown_) say("{}", kClearLine);
  status_shown_ = false;
  display_.reset();
}

}  // namespace strata
