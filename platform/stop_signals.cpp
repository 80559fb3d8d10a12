#include "platform/stop_signals.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "platform/output/output.h"
#include "platform/run_control.h"

namespace strata {
namespace {

/// `timeout` sends its signal to the program and to its group, a terminal's Ctrl-C may come twice
/// by one key: what comes so soon after the first is the same wish.
constexpr std::int64_t kSameWishMs = 300;

std::atomic<std::int64_t> first_ms{0};

void on_stop_signal(int) {
  const int saved = errno;
  RunControl::interrupt();
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t ms = now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
  std::int64_t first = 0;
  if (!first_ms.compare_exchange_strong(first, ms) && ms - first > kSameWishMs) Output::give_up();
  errno = saved;
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  // A write that is held up returns and asks whether to go on (Output): no SA_RESTART.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    const bool nohup = signal == SIGHUP && before.sa_handler == SIG_IGN;
    if (!nohup) sigaction(signal, &action, nullptr);
  }
}

}  // namespace strata
