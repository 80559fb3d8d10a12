#include "tests/style/source_tree.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace strata::style {

namespace fs = std::filesystem;

fs::path source_root() {
  return STRATA_SOURCE_DIR;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<SourceFile> source_files(const std::vector<std::string_view>& suffixes) {
  std::vector<SourceFile> files;
  for (const char* folder : {"models", "platform", "rtl", "sw", "tests", "scripts"}) {
    if (!fs::is_directory(source_root() / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(source_root() / folder)) {
      const std::string path = fs::relative(entry.path(), source_root()).generic_string();
      const bool wanted = std::any_of(suffixes.begin(), suffixes.end(),
                                      [&](std::string_view end) { return path.ends_with(end); });
      if (wanted && entry.is_regular_file()) files.push_back({path, read_text(entry.path())});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

CommandResult run_command(const std::string& command) {
  const std::string line = "cd " + quoted(source_root().string()) + " && { " + command + "; } 2>&1";
  CommandResult result;
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer;
  for (std::size_t got; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) != 0;)
    result.output.append(buffer.data(), got);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  return result;
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (char character : text) {
    if (character == '\'')
      result += "'\\''";
    else
      result += character;
  }
  return result + "'";
}

std::string lines(const std::vector<std::string>& findings) {
  std::string result;
  for (const std::string& finding : findings) result += finding + "\n";
  return result;
}

}  // namespace strata::style
