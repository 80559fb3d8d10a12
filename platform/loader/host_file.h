// A file of the host opened for reading, with errors a user can act on. Opened once: what is said
// of it is said of the descriptor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/file_descriptor.h"
#include "models/base/result.h"

namespace strata {

class HostFile {
 public:
  /// `what` opens the error message ("guest", "--bios"). A regular file is read as it is asked for;
  /// what comes through a pipe is read here, to its end, and may have `most_pipe_bytes`. "-" is
  /// standard input.
  static Result<HostFile> open(const std::string& name, const std::string& what,
                               std::uint64_t most_pipe_bytes);

  std::uint64_t size() const { return size_; }

  /// Came through a pipe, so that nobody can read it again.
  bool is_piped() const { return !file_.valid(); }
  const std::vector<std::uint8_t>& piped() const { return piped_; }

  /// `bytes` bytes from `offset` on, which lie within size().
  Result<std::vector<std::uint8_t>> read(std::uint64_t offset, std::uint64_t bytes) const;

 private:
  HostFile(std::string label, FileDescriptor file)
      : label_(std::move(label)), file_(std::move(file)) {}

  Result<bool> read_pipe(std::uint64_t most_bytes);

  std::string label_;
  FileDescriptor file_;  // none once a pipe was read
  std::uint64_t size_ = 0;
  std::vector<std::uint8_t> piped_;
};

}  // namespace strata
