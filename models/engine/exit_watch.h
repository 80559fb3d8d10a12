// Sees how an engine that lets the host's CPU run the guest is in it and out of it. Software
// engines never leave their guest but to call EngineBus, and call nothing here.
#pragma once

#include <cstdint>

namespace strata {

class ExitWatch {
 public:
  virtual ~ExitWatch() = default;

  /// The host's CPU was in the guest from `entered` to `left`, nanoseconds of CLOCK_MONOTONIC, and
  /// has left it now. What the engine calls EngineBus for until on_handled() is one exit.
  virtual void on_leave(std::int64_t entered, std::int64_t left) = 0;

  /// What EngineBus was called for since on_leave() was kept by the kernel: the guest has not been
  /// left for it.
  virtual void on_kept() = 0;

  /// It was left for `reason`, as Engine::exits() names it, and what that takes is done at `now`.
  virtual void on_handled(const char* reason, std::int64_t now) = 0;
};

}  // namespace strata
