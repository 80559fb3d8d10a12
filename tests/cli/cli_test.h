// A folder of its own for every command line test, and short ways to put files there.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/cli/boot_sectors.h"
#include "tests/cli/program.h"
#include "tests/support/temp_folder.h"

namespace strata::test {

inline bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

class CliTest : public testing::Test {
 protected:
  void write(const std::string& name, const Bytes& bytes) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  bool exists(const std::string& name) const {
    return std::filesystem::exists(folder_ + "/" + name);
  }

  /// Names and contents of all files but the program's own outputs.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("program.")) all[name] = entry.is_regular_file() ? read(name) : "";
    }
    return all;
  }

  Finished script(const std::string& text) const { return run_script(folder_, text); }

  Finished strata(const std::vector<std::string>& arguments) const {
    return run_program(folder_, arguments);
  }

  static long lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  /// Bad input: status 2, one line that contains each of `parts`, no file changed.
  void expect_refused(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& parts) {
    const auto before = files();
    const Finished run = strata(arguments);
    EXPECT_EQ(run.status, 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(lines(run.err), 1) << run.err;
    for (const std::string& part : parts) {
      EXPECT_NE(run.err.find(part), std::string::npos) << part << " is missing in " << run.err;
    }
    EXPECT_EQ(files(), before);
  }

  const TempFolder own_;
  const std::string folder_ = own_.path();
};

}  // namespace strata::test
