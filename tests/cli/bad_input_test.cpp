// Bad input gets one line, status 2, and changes no file.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/cli_test.h"

namespace strata::test {
namespace {

class CliBadInput : public CliTest {
 protected:
  void SetUp() override {
    write("guest", exit_guest(0));
    write("disk.img", Bytes(4 * 512, 0x11));
    write("old.json", {'o', 'l', 'd'});
  }
};

TEST_F(CliBadInput, Commands) {
  expect_refused({}, {"no command", "--help"});
  expect_refused({"walk"}, {"'walk'", "run, compare, bench, config, profile, info, disk"});
  expect_refused({"run"}, {"no guest"});
  expect_refused({"run", "--nonsense", "guest"}, {"nonsense"});
  expect_refused({"run", "--engine", "fast", "guest"}, {"'fast'", "interp"});
  expect_refused({"compare", "--engines", "rtl,fast", "guest"}, {"'fast'"});
  expect_refused({"run", "--cpu", "686", "guest"}, {"--cpu", "'686'", "386, 486, 586"});
  expect_refused({"run", "--post-port", "0x10000", "guest"}, {"--post-port", "65535"});
}

TEST_F(CliBadInput, Guests) {
  expect_refused({"run", "--stats", "s.json", "missing.elf"}, {"missing.elf", "No such file"});
  write("text", {'h', 'e', 'l', 'l', 'o'});
  expect_refused({"run", "--stats", "old.json", "text"}, {"text", "boot sector"});
  Bytes elf = {0x7F, 'E', 'L', 'F', 2, 1, 1};
  write("cut.elf", elf);
  expect_refused({"run", "cut.elf"}, {"cut.elf", "truncated"});
  elf.resize(64);
  write("wide.elf", elf);
  expect_refused({"run", "wide.elf"}, {"64-bit", "-m32"});
  expect_refused({"compare", "wide.elf"}, {"64-bit", "-m32"});
  write("bios", Bytes(100));
  expect_refused({"run", "--bios", "bios"}, {"--bios", "multiple of 16"});
}

TEST_F(CliBadInput, Disks) {
  write("odd.img", Bytes(1000));
  expect_refused({"run", "--disk", "odd.img", "--stats", "s.json", "guest"}, {"odd.img", "512"});
  expect_refused({"run", "--disk", "none.img", "guest"}, {"none.img"});
  expect_refused({"run", "--disk", ".", "guest"}, {"'.'"});
  expect_refused({"compare", "--disk", "odd.img", "guest"}, {"odd.img", "512"});
  if (geteuid() != 0) {
    chmod((folder_ + "/disk.img").c_str(), 0400);
    expect_refused({"run", "--disk", "disk.img", "guest"}, {"disk.img", "writ"});
  }
}

TEST_F(CliBadInput, OutputsThatCannotBe) {
  expect_refused({"run", "--stats", "no/such/s.json", "guest"}, {"--stats", "folder"});
  expect_refused({"run", "--stats", ".", "guest"}, {"--stats", "folder"});
  expect_refused({"run", "--log", "disk.img", "--disk", "disk.img", "guest"},
                 {"--log", "overwrite"});
  expect_refused({"run", "--serial", "guest", "guest"}, {"--serial", "overwrite"});
  expect_refused({"run", "--stats", "x", "--log", "./x", "guest"}, {"--log", "--stats"});
  expect_refused({"run", "--log", "-", "guest"}, {"--log", "name a file"});
  expect_refused({"run", "--display", "text", "guest"}, {"--display text", "terminal"});
}

TEST_F(CliBadInput, OneFileUnderTwoNames) {
  std::filesystem::create_symlink(".", folder_ + "/here");
  std::filesystem::create_symlink("x", folder_ + "/leads-to-x");  // and nothing is there
  expect_refused({"run", "--stats", "x", "--log", "here/x", "guest"}, {"--log", "--stats"});
  expect_refused({"run", "--stats", "x", "--log", "leads-to-x", "guest"}, {"--log", "--stats"});
  expect_refused({"run", "--log", "here/disk.img", "--disk", "disk.img", "guest"}, {"overwrite"});
}

TEST_F(CliBadInput, MessagesAreOneLineWhateverAFileIsCalled) {
  expect_refused({"run", "no\nsuch\x1b[2J"}, {"guest no\\x0asuch\\x1b[2J: No such file"});
  expect_refused({"run", "guest", "--disk", "no\nimage"}, {"'no\\x0aimage'"});
}

TEST_F(CliBadInput, TheSaveFileOfWavesOverwritesNothing) {
  write("waves.gtkw", exit_guest(0));
  expect_refused({"run", "--engine", "rtl", "--fst", "waves", "waves.gtkw"},
                 {"save file of --fst", "overwrite"});
  expect_refused({"run", "--engine", "rtl", "--vcd", "new", "--log", "new.gtkw", "guest"},
                 {"--log", "save file of --vcd"});
}

TEST_F(CliBadInput, NothingIsOpenedBeforeEverythingIsChecked) {
  expect_refused({"run", "--stats", "old.json", "--log", "new.log", "--serial", "new.txt", "--disk",
                  "none.img", "guest"},
                 {"none.img"});
}

TEST_F(CliBadInput, WindowsWithoutACycle) {
  const auto refuse = [&](std::vector<std::string> more, const std::vector<std::string>& parts) {
    more.insert(more.begin(), {"run", "--engine", "rtl", "--vcd", "new.vcd"});
    more.push_back("guest");
    expect_refused(more, parts);
  };
  refuse({"--trace-from", "2000", "--trace-to", "1000"}, {"--trace-from 2000", "--trace-to 1000"});
  refuse({"--trace-from", "1e6", "--max-cycles", "5k"}, {"--trace-from 1000000", "5000"});
  // The cycle at the end is not run any more.
  refuse({"--trace-from", "5000", "--max-cycles", "5k"},
         {"--trace-from 5000 is not before the end, --max-cycles 5000"});
  // What a point may be.
  const std::vector<std::string> forms = {"a cycle such as 2500 or 10M", "a symbol of guest",
                                          "SYMBOL+OFFSET"};
  for (const std::string text : {"nowhere", "nowhere+4", "+5", "-5", "+", "1.5", "5+"}) {
    std::vector<std::string> parts = forms;
    parts.push_back("--trace-from: '" + text + "' is neither ");
    refuse({"--trace-from=" + text}, parts);
  }
}

TEST_F(CliBadInput, DiskCreate) {
  expect_refused({"disk"}, {"disk create FILE SIZE"});
  expect_refused({"disk", "create", "new.img", "1000"}, {"1000", "512"});
  expect_refused({"disk", "create", "new.img", "many"}, {"'many'"});
  expect_refused({"disk", "create", "disk.img", "1M"}, {"disk.img", "exists"});
}

TEST_F(CliBadInput, GuestTooLargeForMemoryNamesBoth) {
  Bytes image(512 * 3);
  write("short.img", image);
  expect_refused({"run", "short.img"}, {"55 AA"});
}

}  // namespace
}  // namespace strata::test
