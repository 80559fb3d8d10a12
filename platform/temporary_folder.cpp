#include "platform/temporary_folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "models/base/system_error.h"

namespace strata {

namespace fs = std::filesystem;

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::optional<Error> TemporaryFolder::make(const std::string& command) {
  std::error_code error;
  const fs::path base = fs::temp_directory_path(error);
  if (error) {
    const char* name = std::getenv("TMPDIR");
    return Error{fmt::format("temporary folder {}: {}; set TMPDIR to a folder",
                             name ? name : "/tmp", error.message())};
  }
  std::string pattern = (base / ("strata-" + command + "-XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) {
    const int why = errno;
    return system_error(
        fmt::format("temporary folder {}: {}; set TMPDIR to one that can be written", base.string(),
                    std::strerror(why)),
        why);
  }
  path_ = pattern;
  return std::nullopt;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const std::size_t newline = text.rfind('\n', end);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  std::string line = text.substr(begin, end + 1 - begin);
  const std::string prefix = "strata: ";
  return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
}

}  // namespace strata
