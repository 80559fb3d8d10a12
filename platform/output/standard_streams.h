// Standard output and standard error as Outputs, and what the program says there.
#pragma once

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "platform/output/output.h"

namespace strata {

Output& standard_output();
Output& standard_error();

/// Before anything is opened: a standard stream the caller closed is not given to the first file
/// that comes along, which messages would then end up in. Writing to it fails, as it should. Writes
/// to a pipe without reader and beyond a file size limit fail, too, instead of killing.
void guard_standard_streams();

/// To be held while something is put on either of them by one of several machines, which may be on
/// a thread of its own.
std::mutex& standard_streams_mutex();

/// Writes to standard error at once.
template <typename... Arguments>
void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  const std::scoped_lock lock(standard_streams_mutex());
  standard_error().put(fmt::format(text, std::forward<Arguments>(arguments)...));
  standard_error().flush();
}

/// Says "strata: <message>" in one line, whatever the file names in it contain: control characters
/// are written as \x0a.
void complain(const std::string& message);

/// Passes on what standard output and error still hold, says of each output that failed that it
/// did, and gives the status to exit with: `status`, kExitFailed when something could not be
/// written, kExitReaderGone when all that is wrong is that a reader went away, which is said by
/// nobody.
int end_program(int status);

}  // namespace strata
