// A folder of its own for a test, gone with the object: tests run beside each other, and beside a
// copy of themselves. The only place where tests name a folder of the host's
// (tests/style/text_test.cpp).
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace strata::test {

class TempFolder {
 public:
  TempFolder() {
    // The name programs see who are there: without links, and not relative to another folder.
    const auto where = std::filesystem::canonical(std::filesystem::temp_directory_path());
    std::string pattern = (where / "strata-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder " + pattern);
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace strata::test
