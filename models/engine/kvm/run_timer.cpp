#include "models/engine/kvm/run_timer.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

namespace strata {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr int kSignalOffset = 4;  // from SIGRTMIN, the first of which libraries like to take

/// The timer whose CPU this thread runs; what the signal handler acts on.
thread_local RunTimer* active_timer = nullptr;

int timer_signal() {
  return SIGRTMIN + kSignalOffset;
}

timespec to_timespec(std::int64_t ns) {
  timespec out{};
  out.tv_sec = ns / kSecondNs;
  out.tv_nsec = ns % kSecondNs;
  return out;
}

pid_t this_thread() {
  static thread_local const pid_t thread = static_cast<pid_t>(syscall(SYS_gettid));
  return thread;
}

void drain(int event) {
  std::uint64_t drained = 0;
  [[maybe_unused]] const ssize_t got = read(event, &drained, sizeof drained);
}

/// A timer that signals this thread; as timer_create().
int create_timer(timer_t& timer) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = timer_signal();
  event._sigev_un._tid = this_thread();
  return timer_create(CLOCK_MONOTONIC, &event, &timer);
}

}  // namespace

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

RunTimer::~RunTimer() {
  if (bound_thread_ != 0) timer_delete(timer_);
}

int RunTimer::refusal() {
  timer_t timer{};
  if (create_timer(timer) != 0) return errno;
  timer_delete(timer);
  return 0;
}

void RunTimer::handle_signal(int) {
  if (active_timer != nullptr) active_timer->raise();
}

void RunTimer::enter() {
  const pid_t thread = this_thread();
  if (thread != bound_thread_) bind_to_thread();
  active_timer = this;
  running_thread_ = thread;
}

void RunTimer::leave() {
  running_thread_ = 0;
  active_timer = nullptr;
}

void RunTimer::bind_to_thread() {
  if (bound_thread_ != 0) timer_delete(timer_);
  bound_thread_ = this_thread();
  armed_ns_ = 0;

  struct sigaction action {};
  action.sa_handler = handle_signal;
  action.sa_flags = SA_RESTART;  // KVM_RUN returns all the same; other system calls go on
  sigaction(timer_signal(), &action, nullptr);
  sigset_t mine;
  sigemptyset(&mine);
  sigaddset(&mine, timer_signal());
  pthread_sigmask(SIG_UNBLOCK, &mine, nullptr);

  [[maybe_unused]] const int failed = create_timer(timer_);
  assert(failed == 0);
}

void RunTimer::arm(std::int64_t ns) {
  // The same deadline again, still to come: the timer is running.
  if (ns == armed_ns_ && !raised_) return;
  armed_ns_ = ns;
  itimerspec when{};
  when.it_value = to_timespec(ns > 0 ? ns : 1);
  timer_settime(timer_, TIMER_ABSTIME, &when, nullptr);
}

void RunTimer::raise() {
  raised_ = true;
  std::atomic_ref(*immediate_exit_).store(1);
}

void RunTimer::kick() {
  raise();
  if (active_timer == this) return;  // this thread's next KVM_RUN sees immediate_exit
  if (const pid_t thread = running_thread_; thread != 0) {
    syscall(SYS_tgkill, getpid(), thread, timer_signal());
  }
}

void RunTimer::take() {
  if (raised_.exchange(false)) armed_ns_ = 0;
  std::atomic_ref(*immediate_exit_).store(0);
}

void RunTimer::pass_once() {
  std::atomic_ref(*immediate_exit_).store(1);
}

Sleeper::Sleeper() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_.valid()) refusal_ = errno;
}

void Sleeper::sleep_until(std::int64_t ns, const std::atomic<bool>& stop) {
  sleeping_ = true;
  // wake() after this line writes the event; a stop before it is seen by the loop.
  while (!stop) {
    const std::int64_t left = ns - monotonic_ns();
    if (left <= 0) break;
    pollfd waiting{event_.get(), POLLIN, 0};
    const timespec timeout = to_timespec(left);
    if (ppoll(&waiting, 1, &timeout, nullptr) > 0) drain(event_.get());
  }
  sleeping_ = false;
}

void Sleeper::wake() {
  if (!sleeping_) return;
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = write(event_.get(), &one, sizeof one);
  errno = saved;
}

}  // namespace strata
