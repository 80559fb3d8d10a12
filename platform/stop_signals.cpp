#include "platform/stop_signals.h"

#include <csignal>

#include "platform/run_control.h"

namespace strata {
namespace {

void on_stop_signal(int) {
  RunControl::interrupt();
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

}  // namespace strata
