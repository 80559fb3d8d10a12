// The system calls of a run whose files are open: a table, by what needs them. What is not in it is
// refused.
#pragma once

#include <cstdint>
#include <span>

namespace strata {

/// Who makes a call.
enum class Caller {
  kEvery,  // runs on every engine
  kKvm,    // runs on KVM
};

/// What an argument of a call has to be for it to be allowed.
struct Condition {
  unsigned argument = 0;
  std::uint64_t mask = 0;   // 0: nothing is asked
  std::uint64_t value = 0;  // of the argument and the mask
};

struct AllowedCall {
  int number = 0;  // of this host
  Caller caller = Caller::kEvery;
  Condition condition;
};

/// A call may be there several times, each time with another condition: one of them has to hold.
std::span<const AllowedCall> allowed_calls();

/// A call that fails with `error` (errno(3)) instead.
struct FailingCall {
  int number = 0;
  int error = 0;
  Condition condition;
};

/// Calls of the C library that it makes with all signals blocked, of which the process would die
/// without a word, or for which it then takes another way.
std::span<const FailingCall> failing_calls();

}  // namespace strata
