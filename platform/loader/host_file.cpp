#include "platform/loader/host_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "models/base/system_error.h"

namespace strata {
namespace {

// Not blocking: a terminal line without carrier must not hold the check of what it is.
FileDescriptor open_for_reading(const std::string& name) {
  if (name == "-") return FileDescriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  return FileDescriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
}

Error open_error(const std::string& label, int error) {
  const std::string message = fmt::format("{}: {}", label, std::strerror(error));
  if (is_of_host(error)) return system_error(message, error);
  return Error{message + "; name a file that exists and can be read"};
}

Error read_error(const std::string& label, int error) {
  return system_error(fmt::format("{}: cannot be read: {}", label, std::strerror(error)), error);
}

}  // namespace

Result<HostFile> HostFile::open(const std::string& name, const std::string& what,
                                std::uint64_t most_pipe_bytes) {
  HostFile file(what + " " + name, open_for_reading(name));
  struct stat status {};
  if (!file.file_.valid() || ::fstat(file.file_.get(), &status) != 0) {
    return open_error(file.label_, errno);
  }
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
    const auto read = file.read_pipe(most_pipe_bytes);
    if (!read) return read.failure();
  } else if (S_ISREG(status.st_mode)) {
    file.size_ = static_cast<std::uint64_t>(status.st_size);
  } else {
    return Error{fmt::format("{}: not a regular file or a pipe; name a file", file.label_)};
  }
  return file;
}

Result<bool> HostFile::read_pipe(std::uint64_t most_bytes) {
  constexpr std::size_t kPiece = 64u << 10;
  while (size_ <= most_bytes) {
    // A named pipe has no end before somebody wrote to it.
    pollfd waiting{file_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, -1) < 0) continue;
    piped_.resize(size_ + kPiece);
    const ssize_t count = ::read(file_.get(), piped_.data() + size_, kPiece);
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      return read_error(label_, errno);
    }
    if (count > 0) size_ += static_cast<std::uint64_t>(count);
    piped_.resize(size_);
    if (count == 0) {
      file_.reset();
      return true;
    }
  }
  return Error{
      fmt::format("{}: more than {} bytes come through the pipe; give more --mem or name a file",
                  label_, most_bytes)};
}

Result<std::vector<std::uint8_t>> HostFile::read(std::uint64_t offset, std::uint64_t bytes) const {
  assert(offset <= size_ && bytes <= size_ - offset);
  if (is_piped()) {
    const auto begin = piped_.begin() + static_cast<std::ptrdiff_t>(offset);
    return std::vector<std::uint8_t>(begin, begin + static_cast<std::ptrdiff_t>(bytes));
  }
  std::vector<std::uint8_t> content(bytes);
  std::uint64_t done = 0;
  while (done < bytes) {
    const ssize_t count = ::pread(file_.get(), content.data() + done, bytes - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return read_error(label_, errno);
    if (count == 0) {
      return Error{fmt::format("{}: cannot be read: it became shorter meanwhile", label_)};
    }
    done += static_cast<std::uint64_t>(count);
  }
  return content;
}

}  // namespace strata
