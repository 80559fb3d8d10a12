// What could not be written is an error: one line, status 1. Standard output is the guest's console
// or one document.
#include <nlohmann/json.hpp>

#include "tests/cli/cli_test.h"
#include "tests/cli/memory_file_system.h"

namespace strata::test {
namespace {

class CliOutput : public CliTest {
 protected:
  void SetUp() override {
    write("guest", talking_guest());
    write("chat", chatting_guest());
  }

  /// `text` runs and ends with status 1 and one line that contains `part`.
  void expect_failure(const std::string& text, const std::string& part) {
    const Finished run = script(text);
    EXPECT_EQ(run.status, 1) << text << "\n" << run.err;
    EXPECT_EQ(lines(run.err), 1) << text << "\n" << run.err;
    EXPECT_NE(run.err.find(part), std::string::npos) << part << " is missing in " << run.err;
  }
};

TEST_F(CliOutput, FullStandardOutput) {
  const std::string full = "standard output: cannot be written: No space left on device";
  for (const char* command :
       {"--help", "--version", "run --help", "info", "disk create new.img 1M", "run --quiet guest",
        "run --quiet --serial stdio guest", "run --quiet --stats - guest",
        "run --quiet --max-cycles 1000000000 chat"}) {
    const bool has_console = std::string(command).ends_with("--stats - guest");
    expect_failure("$STRATA " + std::string(command) + " >/dev/full" +
                       (has_console ? " --console /dev/null" : ""),
                   full);
  }
}

TEST_F(CliOutput, FullStandardOutputOfCompare) {
  const Finished run = script("$STRATA compare --engines interp guest >/dev/full");
  EXPECT_EQ(run.status, 1) << run.err;
  EXPECT_NE(run.err.find("standard output: cannot be written"), std::string::npos) << run.err;
  EXPECT_EQ(script("$STRATA compare --engines interp --json /dev/full guest").status, 1);
}

TEST_F(CliOutput, FullFiles) {
  for (const std::string option :
       {"--serial", "--console", "--log", "--stats", "--screen-text", "--screen-png"}) {
    expect_failure("$STRATA run --quiet " + option + " /dev/full guest",
                   option + " /dev/full: cannot be written: No space left on device");
  }
  for (const std::string option : {"--vcd", "--fst"}) {
    expect_failure("$STRATA run --engine rtl --quiet --max-cycles 3000 " + option +
                       " /dev/full guest >/dev/null",
                   option + " /dev/full: cannot be written: No space left on device");
  }
}

TEST_F(CliOutput, EachFailureIsALine) {
  const Finished run =
      script("$STRATA run --quiet --log /dev/full --stats /dev/full --serial /dev/full guest");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(lines(run.err), 3) << run.err;
}

TEST_F(CliOutput, ARunWhoseOutputIsLostEnds) {
  const Finished run = script("$STRATA run --stats s.json --serial com chat >/dev/full");
  EXPECT_EQ(run.status, 1) << run.err;
  EXPECT_EQ(nlohmann::json::parse(read("s.json")).at("outcome"), "output-failed");
}

TEST_F(CliOutput, ClosedOrFullStandardError) {
  write("disk.img", Bytes(4 * 512, 0x11));
  const std::string before = read("disk.img");
  for (const char* where : {"2>/dev/full", "2>&-"}) {
    EXPECT_EQ(script("$STRATA run --disk disk.img guest " + std::string(where)).status, 1) << where;
    EXPECT_EQ(script("$STRATA run no-such-guest " + std::string(where)).status, 1) << where;
    EXPECT_EQ(script("$STRATA run --verbose guest " + std::string(where)).status, 1) << where;
    EXPECT_EQ(script("$STRATA compare --engines interp guest " + std::string(where)).status, 1);
    // Nothing is said, nothing is lost.
    EXPECT_EQ(script("$STRATA run --quiet guest " + std::string(where)).status, 0) << where;
  }
  EXPECT_EQ(read("disk.img"), before);
}

TEST_F(CliOutput, ClosedStandardOutputIsNoFile) {
  write("disk.img", Bytes(4 * 512, 0x11));
  const std::string before = read("disk.img");
  expect_failure("$STRATA run --quiet --disk disk.img guest >&-",
                 "standard output: cannot be written: Bad file descriptor");
  EXPECT_EQ(read("disk.img"), before);
}

TEST_F(CliOutput, AReaderThatGoesAwayEndsTheRunQuietly) {
  for (const char* command : {"run chat", "run --engine rtl chat"}) {
    const Finished run =
        script("$STRATA " + std::string(command) + " | head -1; echo ${PIPESTATUS[0]}");
    EXPECT_EQ(run.out, "x\n141\n") << command;
    EXPECT_EQ(run.err, "") << command;
  }
}

TEST_F(CliOutput, FileSizeLimitIsAnErrorAndNoSignal) {
  // Of 1 KiB.
  expect_failure("ulimit -f 1; $STRATA run --quiet --console com.txt chat",
                 "--console com.txt: cannot be written: File too large");
  EXPECT_EQ(read("com.txt").size(), 1024u);
  for (const std::string option : {"--vcd", "--fst"}) {
    expect_failure("ulimit -f 1; $STRATA run --engine rtl --quiet --max-cycles 100000 " + option +
                       " wave chat >/dev/null",
                   option + " wave: cannot be written: File too large");
  }
}

TEST_F(CliOutput, FileSizeLimitOfADisk) {
  expect_failure("ulimit -f 1; $STRATA disk create disk.img 1M",
                 "disk.img' cannot be made that big: File too large");
  EXPECT_FALSE(exists("disk.img"));
}

// A file that cannot be made is the user's mistake or the host's want: status 2 or 1.
TEST_F(CliOutput, WhoIsToBlameForAFileThatCannotBeMade) {
  for (const std::string option : {"--log", "--console", "--serial"}) {
    const Finished loop = script("ln -sf loop loop; $STRATA run --quiet " + option + " loop guest");
    EXPECT_EQ(loop.status, 2) << loop.err;
    EXPECT_EQ(lines(loop.err), 1) << loop.err;
  }
  // Two more than the standard streams: the guest, and no output.
  expect_failure(
      "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n 4; "
      "$STRATA run --quiet --log log --console con guest",
      "cannot be written: Too many open files");
  EXPECT_EQ(script("$STRATA disk create none/disk.img 1M").status, 2);
}

TEST_F(CliOutput, CompareNamesTheFileItHasNoRoomFor) {
  const std::string small = folder_ + "/small";
  const MemoryFileSystem file_system(small, "size=64k");
  if (!file_system.mounted()) GTEST_SKIP() << "no file system can be mounted here (not root)";
  const std::string full =
      "head -c 1M /dev/zero >small/rest 2>&-; export TMPDIR=$PWD/small; $STRATA compare --engines "
      "interp ";
  const std::string no_room = "cannot be written: No space left on device";
  const Finished run = script(full + "guest");
  EXPECT_EQ(run.status, 1) << run.err;
  EXPECT_NE(run.out.find("interp.txt: " + no_room), std::string::npos) << run.out << run.err;
  const Finished piped = script("cat guest | (" + full + "-)");
  EXPECT_EQ(piped.status, 1) << piped.err;
  EXPECT_NE(piped.err.find("/guest: " + no_room), std::string::npos) << piped.out << piped.err;
}

// There is room for the figures, but not for the console.
TEST_F(CliOutput, CompareTellsOfAConsoleThatIsLost) {
  const Finished run =
      script("ulimit -f 8; $STRATA compare --engines interp --max-cycles 1000000 chat");
  EXPECT_EQ(run.status, 1) << run.out;
  EXPECT_NE(run.out.find("standard output: cannot be written: File too large: "), std::string::npos)
      << run.out << run.err;
  EXPECT_NE(run.out.find("interp.out"), std::string::npos) << run.out;
}

TEST_F(CliOutput, FullFileSystem) {
  const std::string small = folder_ + "/small";
  const MemoryFileSystem file_system(small, "size=8k");
  if (!file_system.mounted()) {
    GTEST_SKIP() << "no file system can be mounted here (not root); FileSizeLimit... stands in";
  }
  for (const std::string option : {"--vcd", "--fst", "--serial"}) {
    const std::string engine = option == "--serial" ? "interp" : "rtl";
    const std::string guest = option == "--serial" ? "com" : "chat";
    write("com", boot_sector({0xBA, 0xF8, 0x03, 0xB0, 'x', 0xEE, 0xB9, 0x00, 0x08, 0xE2, 0xFE, 0xEB,
                              0xF6}));  // mov dx,3F8h; mov al,'x'; out; loop; again
    expect_failure("$STRATA run --engine " + engine + " --quiet --max-cycles 2000000000 " + option +
                       " small/file " + guest + " >/dev/null",
                   option + " small/file: cannot be written: No space left on device");
    std::filesystem::remove(small + "/file");
  }
}

TEST_F(CliOutput, NoTemporaryFilesBesideTheWaves) {
  EXPECT_EQ(script("mkdir tmp; TMPDIR=$PWD/tmp $STRATA run --engine rtl --max-cycles 3000 --fst "
                   "wave.fst guest; ls tmp; ls -d *.hier")
                .out,
            "hi\n");
}

TEST_F(CliOutput, StandardOutputIsOneDocument) {
  const Finished stats = strata({"run", "--quiet", "--stats", "-", "guest"});
  EXPECT_EQ(nlohmann::json::parse(stats.out).at("status"), 0);
  EXPECT_EQ(stats.err, "hi\n");
  const Finished both = strata({"run", "--quiet", "--stats", "-", "--serial", "stdio", "guest"});
  EXPECT_EQ(nlohmann::json::parse(both.out).at("status"), 0);
  EXPECT_EQ(both.err, "hi\ncom\n");
  const Finished screen = strata({"run", "--quiet", "--screen-text", "-", "guest"});
  EXPECT_EQ(screen.out.substr(0, 2), "Z\n");
  EXPECT_EQ(lines(screen.out), 25);
  const Finished compared = strata({"compare", "--engines", "interp", "--json", "-", "guest"});
  EXPECT_TRUE(nlohmann::json::parse(compared.out).at("complete"));
  EXPECT_NE(compared.err.find("MIPS"), std::string::npos) << "the table is on standard error";
}

TEST_F(CliOutput, ConsoleGoesWhereItIsSent) {
  const Finished run = strata({"run", "--quiet", "--stats", "-", "--console", "con.txt", "guest"});
  EXPECT_EQ(nlohmann::json::parse(run.out).at("status"), 0);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(read("con.txt"), "hi\n");
  EXPECT_EQ(strata({"run", "--quiet", "--console", "con.txt", "--serial", "stdio", "guest"}).out,
            "com\n");
}

TEST_F(CliOutput, NothingWritesOverTheMessages) {
  expect_refused({"run", "--log", "program.err", "guest"},
                 {"--log program.err: is standard error"});
  // A pipe takes both.
  const Finished run =
      script("$STRATA run --quiet --console /dev/stderr guest 2>&1 >/dev/null | cat");
  EXPECT_EQ(run.out, "hi\n");
}

TEST_F(CliOutput, AFolderThatIsGone) {
  const Finished run = script(
      "guest=$PWD/guest; mkdir gone; cd gone; rmdir ../gone; $STRATA run --quiet --stats s "
      "\"$guest\"");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.err, "strata: --stats s: cannot be written: No such file or directory\n");
}

TEST_F(CliOutput, NoSaveFileBesideAPipe) {
  const Finished run = script(
      "mkfifo pipe; cat pipe >waves & $STRATA run --engine rtl --quiet --max-cycles 2000 --vcd "
      "pipe "
      "chat >/dev/null; wait; ls pipe*");
  EXPECT_EQ(run.out, "pipe\n");
  EXPECT_EQ(run.err, "");
  EXPECT_NE(read("waves").find("$enddefinitions"), std::string::npos);
}

TEST_F(CliOutput, NoTwoDocumentsOnStandardOutput) {
  expect_refused({"run", "--stats", "-", "--screen-text", "-", "guest"},
                 {"--screen-text -", "--stats", "name a file"});
  expect_refused({"run", "--stats", "program.out", "guest"}, {"is standard output", "-"});
  expect_refused({"run", "--serial", "/dev/stdout", "guest"}, {"is standard output"});
}

}  // namespace
}  // namespace strata::test
