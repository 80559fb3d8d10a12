// The process confines itself: from then on it can use what it has open, and nothing else of the
// host. By the kernel's seccomp filters, for which no right is needed; allowed_calls.cpp is the
// list. A call that is not in it does not happen: the process says so in one line and ends with
// kExitFailed.
#pragma once

#include <optional>
#include <string>

#include "models/base/result.h"

namespace strata {

/// Why there is no confinement in this program, or null. A program with the sanitizers has none:
/// at its end they open files of /proc and look at its threads from outside.
const char* why_no_sandbox();

/// Whether the kernel has such filters; the error is for `strata info`.
std::optional<Error> probe_sandbox();

/// Of all threads, for good; `kvm`: they run machines on KVM. An error: the process is as it was.
std::optional<Error> confine(bool kvm);

}  // namespace strata
