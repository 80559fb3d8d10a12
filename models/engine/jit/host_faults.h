// Faults of the host in translated code: where the window of guest memory has no page for an
// access, the code goes on elsewhere (sigaction(2), SIGSEGV).
#pragma once

#include <cstdint>

namespace strata::jit {

class FaultHandler {
 public:
  /// Where to go on from the host code at `at`, which has faulted; null: the fault is not of
  /// translated code.
  virtual const std::uint8_t* go_on(const std::uint8_t* at) = 0;

 protected:
  ~FaultHandler() = default;
};

/// As long as it lives, faults of this thread are asked of `handler` first.
class FaultScope {
 public:
  explicit FaultScope(FaultHandler& handler);
  ~FaultScope();
  FaultScope(const FaultScope&) = delete;
  FaultScope& operator=(const FaultScope&) = delete;

 private:
  FaultHandler* const outer_;
};

}  // namespace strata::jit
