// A regular file of the host opened for reading, with errors a user can act on.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/base/result.h"

namespace strata {

class HostFile {
 public:
  /// `what` opens the error message ("guest", "--bios"). Only regular files: a pipe or a device
  /// has no size to check.
  static Result<HostFile> open(const std::string& name, const std::string& what);

  HostFile(HostFile&& other) noexcept { *this = std::move(other); }
  HostFile& operator=(HostFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(label_, other.label_);
    return *this;
  }
  HostFile(const HostFile&) = delete;
  HostFile& operator=(const HostFile&) = delete;
  ~HostFile();

  std::uint64_t size() const { return size_; }

  /// The first `bytes` bytes.
  Result<std::vector<std::uint8_t>> read(std::uint64_t bytes);

 private:
  HostFile() = default;

  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::string label_;
};

}  // namespace strata
