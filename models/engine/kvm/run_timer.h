// How a vCPU is brought out of KVM_RUN: a signal to its thread, and a byte that makes the next
// KVM_RUN return at once should the signal come just before it (KVM_CAP_IMMEDIATE_EXIT). No polling
// thread.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <ctime>

#include "models/base/file_descriptor.h"

namespace strata {

/// Nanoseconds of CLOCK_MONOTONIC.
std::int64_t monotonic_ns();

/// A timer whose expiry signals the thread that called enter().
class RunTimer {
 public:
  /// `immediate_exit` is the field of kvm_run; it outlives the timer.
  explicit RunTimer(std::uint8_t* immediate_exit) : immediate_exit_(immediate_exit) {}
  ~RunTimer();
  RunTimer(const RunTimer&) = delete;
  RunTimer& operator=(const RunTimer&) = delete;

  /// The errno with which the host refuses such a timer (RLIMIT_SIGPENDING), or 0. Asks.
  static int refusal();

  /// From here to leave() expiries and kicks reach this thread's KVM_RUN.
  void enter();
  void leave();

  /// Sets the expiry to `ns` of CLOCK_MONOTONIC; a past time expires at once. Between enter() and
  /// leave().
  void arm(std::int64_t ns);

  /// Brings the CPU out of KVM_RUN, now or at the next one. Async-signal-safe, from any thread.
  void kick();

  /// Whether there was a kick or an expiry since take().
  bool raised() const { return raised_; }

  /// Lets KVM_RUN run again. Whoever calls it looks afterwards at what kicks and expiries stand
  /// for: one that arrives during the call may go unseen otherwise.
  void take();

  /// Makes the next KVM_RUN return at once, after what the kernel still has to complete.
  void pass_once();

 private:
  static void handle_signal(int signal);
  void bind_to_thread();
  void raise();

  std::uint8_t* immediate_exit_;
  std::atomic<bool> raised_{false};
  std::atomic<pid_t> running_thread_{0};  // 0 outside enter()/leave()
  pid_t bound_thread_ = 0;
  timer_t timer_{};
  std::int64_t armed_ns_ = 0;
};

/// Sleeps that can be cut short from a signal handler without a race.
class Sleeper {
 public:
  Sleeper();

  /// 0, or the errno with which the host refused the event it sleeps on (RLIMIT_NOFILE).
  int refusal() const { return refusal_; }

  /// Sleeps until CLOCK_MONOTONIC reaches `ns` or `stop` is true.
  void sleep_until(std::int64_t ns, const std::atomic<bool>& stop);

  /// Ends a sleep whose `stop` has just become true. Async-signal-safe, from any thread.
  void wake();

 private:
  FileDescriptor event_;
  int refusal_ = 0;
  std::atomic<bool> sleeping_{false};
};

}  // namespace strata
