// The one owner of a descriptor of the host's kernel: an open file, a KVM object, an event.
#pragma once

#include <unistd.h>

#include <utility>

namespace strata {

class FileDescriptor {
 public:
  /// Takes over `fd`; below 0: none, as after a call that failed.
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  /// Gives the descriptor away; the caller closes it.
  int release() { return std::exchange(fd_, -1); }

  /// Closes what it has and takes over `fd`. False when the host says, only now, that something
  /// written before was lost; errno says why.
  bool reset(int fd = -1) {
    const int old = std::exchange(fd_, fd);
    return old < 0 || ::close(old) == 0;
  }

 private:
  int fd_;
};

}  // namespace strata
