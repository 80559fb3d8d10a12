#include "platform/loader/host_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strata {

HostFile::~HostFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<HostFile> HostFile::open(const std::string& name, const std::string& what) {
  HostFile file;
  file.label_ = what + " " + name;
  // Not blocking: a pipe nobody writes to must not hold the check below.
  file.descriptor_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.descriptor_ < 0) {
    return Error{fmt::format("{}: {}; name a file that exists and can be read", file.label_,
                             std::strerror(errno))};
  }
  struct stat status {};
  if (::fstat(file.descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    return Error{fmt::format("{}: not a regular file; name a file", file.label_)};
  }
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  return file;
}

Result<std::vector<std::uint8_t>> HostFile::read(std::uint64_t bytes) {
  std::vector<std::uint8_t> content(bytes);
  std::uint64_t done = 0;
  while (done < bytes) {
    const ssize_t count =
        ::pread(descriptor_, content.data() + done, bytes - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return Error{fmt::format("{}: cannot be read: {}", label_,
                               count < 0 ? std::strerror(errno) : "it became shorter meanwhile")};
    }
    done += static_cast<std::uint64_t>(count);
  }
  return content;
}

}  // namespace strata
