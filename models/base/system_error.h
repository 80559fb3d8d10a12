// Whose fault a failed system call is: the user's, who named what is not there or not his, or the
// host's, which has no room, descriptors or memory left. The program's exit status tells them
// apart.
#pragma once

#include <cerrno>
#include <string>
#include <utility>

#include "models/base/result.h"

namespace strata {

/// Whether `error_number` (errno(3)) says that the host has run out of something, or that its disk
/// failed: with the same arguments the call may succeed elsewhere or later.
constexpr bool is_of_host(int error_number) {
  switch (error_number) {
    case EMFILE:  // descriptors of the process, of the host
    case ENFILE:
    case ENOSPC:  // room on the disk, of the user's share of it, under the limit of a file's size
    case EDQUOT:
    case EFBIG:
    case EIO:
    case ENOMEM:
    case EAGAIN:  // processes, threads
    case ENOLCK: return true;
    default: return false;
  }
}

inline Error system_error(std::string message, int error_number) {
  return {std::move(message), is_of_host(error_number)};
}

}  // namespace strata
