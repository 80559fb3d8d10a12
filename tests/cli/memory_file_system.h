// A file system of a test's own, for what needs a full one or several.
#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <string>

namespace strata::test {

/// In memory, at a new folder, gone with the object. Only root may have one.
class MemoryFileSystem {
 public:
  /// `options` are those of tmpfs(5).
  explicit MemoryFileSystem(const std::string& folder, const char* options = "size=1m")
      : folder_(folder) {
    std::filesystem::create_directory(folder);
    mounted_ = ::mount("none", folder.c_str(), "tmpfs", 0, options) == 0;
  }
  ~MemoryFileSystem() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  MemoryFileSystem(const MemoryFileSystem&) = delete;
  MemoryFileSystem& operator=(const MemoryFileSystem&) = delete;

  bool mounted() const { return mounted_; }

 private:
  std::string folder_;
  bool mounted_ = false;
};

}  // namespace strata::test
