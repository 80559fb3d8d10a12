#include "platform/output/output.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "models/base/system_error.h"

namespace strata {
namespace {

// Waves are written by a thread of their own.
std::mutex failures_mutex;
std::vector<Output::Failure> failures;

/// Waits until `descriptor` takes PIPE_BUF bytes; not at all with `now`.
bool wait_for_room(int descriptor, bool now) {
  pollfd waiting{descriptor, POLLOUT, 0};
  return ::poll(&waiting, 1, now ? 0 : -1) > 0;
}

}  // namespace

std::string write_error(const std::string& label, int error) {
  return label + ": cannot be written: " + std::strerror(error);
}

Result<std::unique_ptr<Output>> Output::create(const std::string& label, const std::string& path) {
  return open_with(O_TRUNC, label, path);
}

Result<std::unique_ptr<Output>> Output::open(const std::string& label, const std::string& path) {
  return open_with(0, label, path);
}

Result<std::unique_ptr<Output>> Output::open_with(int flag, const std::string& label,
                                                  const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0666));
  const int error = errno;
  if (!file.valid()) return system_error(write_error(label, error), error);
  return std::make_unique<Output>(label, std::move(file));
}

void Output::empty() {
  // A pipe or a device says EINVAL, as does one that O_TRUNC would have left as it is.
  if (::ftruncate(descriptor(), 0) != 0 && errno != EINVAL) fail(errno);
}

void Output::flush() {
  write(std::exchange(held_, {}));
}

void Output::close() {
  if (!file_.valid()) return;
  flush();
  // Some file systems say only now that there was no room.
  if (!file_.reset()) fail(errno);
}

bool Output::write(std::string_view bytes) {
  while (!bytes.empty() && !failed()) {
    const ssize_t wrote = write_some(bytes);
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
      bytes_ += static_cast<std::uint64_t>(wrote);
      // What is left may not be aligned any more.
      if (direct_ && !bytes.empty()) set_direct(false);
    } else if (errno == EINVAL && direct_) {
      set_direct(false);
    } else if (errno == EAGAIN && !given_up_) {
      wait_for_room(descriptor(), false);
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
  return !failed();
}

ssize_t Output::write_some(std::string_view bytes) const {
  if (given_up_) {
    // A pipe that has room at all has it for PIPE_BUF bytes (POSIX, write()).
    bytes = bytes.substr(0, PIPE_BUF);
    if (!wait_for_room(descriptor(), true)) {
      errno = ECANCELED;
      return -1;
    }
  }
  return ::write(descriptor(), bytes.data(), bytes.size());
}

void Output::set_direct(bool direct) {
  const int flags = ::fcntl(descriptor(), F_GETFL);
  const int wanted = direct ? flags | O_DIRECT : flags & ~O_DIRECT;
  direct_ = ::fcntl(descriptor(), F_SETFL, wanted) == 0 && direct;
}

std::string Output::error() const {
  return failed() ? write_error(label_, errno_) : std::string();
}

void Output::fail(int error) {
  if (failed()) return;
  errno_ = error;
  remember({write_error(label_, error), error == EPIPE});
}

void Output::remember(Failure failure) {
  const std::lock_guard lock(failures_mutex);
  failures.push_back(std::move(failure));
  any_failed_ = true;
}

std::vector<Output::Failure> Output::take_failures() {
  const std::lock_guard lock(failures_mutex);
  return std::exchange(failures, {});
}

}  // namespace strata
