// What `cmake --install` puts into an empty folder, used from there.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

struct ShellResult {
  int status = -1;
  std::string output;
};

ShellResult shell(const std::string& command) {
  ShellResult result;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer;
  for (std::size_t got; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) != 0;) {
    result.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  return result;
}

class CliInstall : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    const ShellResult install =
        shell("cmake --install " STRATA_BUILD_DIR " --prefix " + folder_ + "/installed");
    ASSERT_EQ(install.status, 0) << install.output;
  }

  /// What bash offers behind `words`, the last of which is being typed.
  std::string completions(const std::string& words, int last) const {
    return shell("bash -c 'source " + folder_ +
                 "/installed/share/bash-completion/completions/strata; COMP_WORDS=(" + words +
                 "); COMP_CWORD=" + std::to_string(last) + "; _strata; echo ${COMPREPLY[@]}'")
        .output;
  }
};

TEST_F(CliInstall, ProgramAndGuestsRunFromThere) {
  const std::string root = folder_ + "/installed";
  const ShellResult run =
      shell(root + "/bin/strata run --quiet " + root + "/share/strata/guests/hello.elf");
  EXPECT_EQ(run.status, 0) << run.output;
  for (const char* file : {"/share/strata/guests/hello16.img", "/share/strata/traces/strata.gtkw",
                           "/share/zsh/site-functions/_strata"}) {
    EXPECT_TRUE(std::filesystem::exists(root + file)) << file;
  }
}

TEST_F(CliInstall, ManualPageHasWhatTheHelpHas) {
  std::string manual = read("installed/share/man/man1/strata.1");
  std::size_t at = 0;
  while ((at = manual.find("\\-", at)) != std::string::npos) manual.replace(at, 2, "-");
  std::size_t options = 0;
  for (const char* command : {"run", "compare"}) {
    std::istringstream words(strata({command, "--help"}).out);
    for (std::string word; words >> word;) {
      if (!word.starts_with("--") || word == "--help") continue;
      EXPECT_NE(manual.find(word), std::string::npos) << word;
      ++options;
    }
  }
  EXPECT_GT(options, 40u);
  EXPECT_NE(manual.find("triple fault"), std::string::npos);
}

TEST_F(CliInstall, BashCompletesCommandsOptionsAndValues) {
  EXPECT_EQ(completions("strata com", 1), "compare\n");
  EXPECT_EQ(completions("strata run --trace-l", 2), "--trace-last\n");
  EXPECT_EQ(completions("strata run --engine i", 3), "interp\n");
  EXPECT_EQ(completions("strata run --engine = i", 4), "interp\n");
  EXPECT_EQ(completions("strata run --cpu \"\"", 3), "386 486 586\n");
  EXPECT_EQ(completions("strata disk cr", 2), "create\n");
}

}  // namespace
}  // namespace strata::test
