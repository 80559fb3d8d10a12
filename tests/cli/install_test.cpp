// What `cmake --install` puts into an empty folder, used from there.
#include <sstream>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

class CliInstall : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    const Finished install = script("cmake --install '" STRATA_BUILD_DIR "' --prefix installed");
    ASSERT_EQ(install.status, 0) << install.out << install.err;
  }

  /// What bash offers behind `words`, the last of which is being typed.
  std::string completions(const std::string& words, int last) const {
    return script("source installed/share/bash-completion/completions/strata; COMP_WORDS=(" +
                  words + "); COMP_CWORD=" + std::to_string(last) +
                  "; _strata; echo ${COMPREPLY[@]}")
        .out;
  }

  /// The sum of 1 to 1000 is on the screen, its cycles on the debug console; a profile knows the
  /// lines of both sources.
  void expect_stopwatch(const std::string& guest) const {
    for (const char* engine : {"interp", "rtl"}) {
      const Finished run = strata({"run", "--engine", engine, "--profile", "p.json", guest});
      EXPECT_EQ(run.status, 0) << run.err;
      EXPECT_TRUE(contains(run.out, "sum: 500500\ncycles: ")) << run.out;
      const std::string lines = strata({"profile", "--by", "line", "--top", "0", "p.json"}).out;
      EXPECT_TRUE(contains(lines, "stopwatch.c:")) << lines;
      EXPECT_TRUE(contains(lines, "work.S:")) << lines;
    }
  }
};

TEST_F(CliInstall, ProgramAndGuestsRunFromThere) {
  const std::string root = folder_ + "/installed";
  const Finished run = script("cd installed; bin/strata run --quiet share/strata/guests/hello.elf");
  EXPECT_EQ(run.status, 0) << run.err;
  for (const char* file : {"/share/strata/guests/hello16.img", "/share/strata/traces/strata.gtkw",
                           "/share/zsh/site-functions/_strata"}) {
    EXPECT_TRUE(std::filesystem::exists(root + file)) << file;
  }
}

TEST_F(CliInstall, GuestIsBuiltOutsideTheTreeByMake) {
  const std::string make = "make -C example KIT=$PWD/installed/share/strata/guest";
  const Finished built = script("cp -r installed/share/strata/guest/example . && " + make);
  ASSERT_EQ(built.status, 0) << built.out << built.err;
  expect_stopwatch("example/stopwatch.elf");
  EXPECT_TRUE(contains(script(make).out, "Nothing to be done")) << "built again without a change";
}

TEST_F(CliInstall, GuestIsBuiltOutsideTheTreeByCMake) {
  const Finished built = script(
      "cmake -S installed/share/strata/guest/example -B b "
      "-DSTRATA_GUEST_KIT=$PWD/installed/share/strata/guest && cmake --build b");
  ASSERT_EQ(built.status, 0) << built.out << built.err;
  expect_stopwatch("b/stopwatch.elf");
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
  EXPECT_EQ(completions("strata conf", 1), "config\n");
  EXPECT_EQ(completions("strata config --engine i", 3), "interp\n");
  EXPECT_EQ(completions("strata run --quan", 2), "--quantum\n");
  EXPECT_EQ(completions("strata run --trace-l", 2), "--trace-last\n");
  EXPECT_EQ(completions("strata run --engine i", 3), "interp\n");
  EXPECT_EQ(completions("strata run --engine = i", 4), "interp\n");
  EXPECT_EQ(completions("strata run --cpu \"\"", 3), "386 486 586\n");
  EXPECT_EQ(completions("strata disk cr", 2), "create\n");
  EXPECT_EQ(completions("strata he", 1), "help\n");
  EXPECT_EQ(completions("strata help ru", 2), "run\n");
  // The next engine behind a comma, of those that are not named.
  EXPECT_EQ(completions("strata compare --engines i", 3), "interp\n");
  EXPECT_EQ(completions("strata compare --engines rtl,", 3),
            "rtl,interp rtl,block rtl,jit rtl,kvm rtl,native\n");
  EXPECT_EQ(completions("strata compare --engines kvm,rtl,", 3),
            "kvm,rtl,interp kvm,rtl,block kvm,rtl,jit kvm,rtl,native\n");
  EXPECT_EQ(completions("strata bench disk --engines rtl,", 4),
            "rtl,interp rtl,block rtl,jit rtl,kvm\n");
  EXPECT_EQ(completions("strata compare --engines = rtl,", 4),
            "rtl,interp rtl,block rtl,jit rtl,kvm rtl,native\n");
  EXPECT_EQ(completions("strata compare --engines = rtl,interp,k", 4), "rtl,interp,kvm\n");
  // An equals sign or a colon within the value: bash takes the rest of it.
  EXPECT_EQ(completions("strata run --device ata =", 4), "rtl tlm\n");
  EXPECT_EQ(completions("strata run --device = ata = t", 6), "tlm\n");
  EXPECT_EQ(completions("strata run --memory fixed : \"\"", 5), "2\n");
  EXPECT_EQ(completions("strata run --memory s", 3), "sdram\n");
  EXPECT_EQ(completions("strata bench d", 2), "disk\n");
  script("touch 'a guest.elf' a:b.img");
  EXPECT_EQ(completions("strata run 'a g'", 2), "a guest.elf\n");
  EXPECT_EQ(completions("strata run --disk a : b", 5), "b.img\n");
  EXPECT_EQ(completions("strata run --disk = a : b", 6), "b.img\n");
}

}  // namespace
}  // namespace strata::test
