// Files of runs that a command starts as child processes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "models/base/result.h"

namespace strata {

/// A folder of its own under the host's temporary folder, gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// `command` is part of its name. An error says why the host does not let it be made.
  std::optional<Error> make(const std::string& command);

  /// Leaves the folder to somebody else, or takes one over.
  std::filesystem::path release() { return std::exchange(path_, {}); }
  void adopt(std::filesystem::path path) { path_ = std::move(path); }

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// All of a file; nothing if there is none.
std::string read_text(const std::string& path);

/// The last line of `text` with something on it, without the program's name before it.
std::string last_line(const std::string& text);

}  // namespace strata
