// The disk image in the hands of two runs, and of somebody who takes it away.
#include <memory>

#include "tests/cli/cli_test.h"
#include "tests/cli/memory_file_system.h"

namespace strata::test {
namespace {

class CliDisk : public CliTest {
 protected:
  void SetUp() override {
    write("guest", exit_guest(0));
    write("endless", disk_writing_guest());
    write("beating", disk_beating_guest());
    write("disk.img", Bytes(16 * 512, 0x11));
  }

  /// The guest writes on while `take_away` happens, sees an error, says so and ends; then the run
  /// says `part`.
  template <typename TakeAway>
  void expect_loss(TakeAway take_away, const std::string& part) {
    for (const char* engine : {"interp", "rtl"}) {
      write("disk.img", Bytes(16 * 512, 0x11));
      Program program(folder_, {"run", "--engine", engine, "--quiet", "--stats", "s.json", "--disk",
                                "disk.img", "beating"});
      ASSERT_TRUE(program.wait_for_output("W\n"));
      take_away();
      const Finished run = program.wait();
      EXPECT_EQ(run.status, 1) << engine;
      EXPECT_TRUE(run.out.ends_with("W\nE\n")) << engine << ": the guest saw no error";
      EXPECT_EQ(lines(run.err), 1) << run.err;
      EXPECT_NE(run.err.find("disk image 'disk.img' was " + part), std::string::npos) << run.err;
      EXPECT_NE(read("s.json").find("\"status\": 1"), std::string::npos) << read("s.json");
    }
  }
};

TEST_F(CliDisk, SecondRunIsToldWhoHasIt) {
  Program program(folder_, {"run", "--disk", "disk.img", "endless"});
  ASSERT_TRUE(program.wait_for_output("W\n"));
  const std::string who = "in use by strata (process " + std::to_string(program.id()) + ")";
  expect_refused({"run", "--disk", "disk.img", "guest"}, {"disk.img", who, "share"});
  expect_refused({"run", "--disk", "disk.img,share", "guest"}, {"disk.img", who});
  expect_refused({"compare", "--engines", "interp", "--disk", "disk.img", "guest"}, {who});
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
  EXPECT_EQ(strata({"run", "--disk", "disk.img", "guest"}).status, 0);
}

// Files of two file systems may have the same number.
TEST_F(CliDisk, WhoHasTheSameNumberElsewhereIsNotNamed) {
  const MemoryFileSystem systems[] = {MemoryFileSystem(folder_ + "/a"),
                                      MemoryFileSystem(folder_ + "/b")};
  if (!systems[0].mounted()) GTEST_SKIP() << "no file system can be mounted here (not root)";
  const std::string images[] = {"a/disk.img", "b/disk.img"};
  for (const std::string& image : images) write(image, Bytes(16 * 512));
  std::vector<std::unique_ptr<Program>> programs;
  for (const std::string& image : images) {
    std::filesystem::create_directory(folder_ + "/of_" + image.substr(0, 1));
    programs.push_back(std::make_unique<Program>(
        folder_ + "/of_" + image.substr(0, 1),
        std::vector<std::string>{"run", "--disk", folder_ + "/" + image, "../endless"}));
    ASSERT_TRUE(programs.back()->wait_for_output("W\n"));
  }
  for (std::size_t n = 0; n < std::size(images); ++n) {
    const Finished run = strata({"run", "--disk", images[n], "guest"});
    EXPECT_EQ(run.status, 2);
    const std::string who = "(process " + std::to_string(programs[n]->id()) + ")";
    EXPECT_NE(run.err.find(who), std::string::npos) << who << " is missing in " << run.err;
  }
}

TEST_F(CliDisk, ReadersShare) {
  const std::string before = read("disk.img");
  Program program(folder_, {"run", "--disk", "disk.img,share", "endless"});
  ASSERT_TRUE(program.wait_for_output("W\n"));
  EXPECT_EQ(strata({"run", "--disk", "disk.img", "guest"}).status, 2) << "somebody reads it";
  EXPECT_EQ(strata({"run", "--disk", "disk.img,share", "guest"}).status, 0);
  // Writing is refused with an ATA error, which is the guest's affair.
  const Finished writer = strata({"run", "--disk", "disk.img,share", "beating"});
  EXPECT_EQ(writer.status, 41) << writer.err;
  EXPECT_EQ(writer.out, "E\n");
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
  EXPECT_EQ(read("disk.img"), before);
}

TEST_F(CliDisk, DeletedUnderTheRun) {
  expect_loss([this] { std::filesystem::remove(folder_ + "/disk.img"); }, "deleted");
}

TEST_F(CliDisk, CutOffUnderTheRun) {
  expect_loss([this] { std::filesystem::resize_file(folder_ + "/disk.img", 1000); }, "cut off");
  // The guest writes sector 5; its write under way when that happened may have come to its end.
  EXPECT_TRUE(read("disk.img").size() == 1000 || read("disk.img").size() == 6 * 512);
}

TEST_F(CliDisk, DeletedAndNotMissedByTheGuest) {
  Program program(folder_, {"run", "--quiet", "--disk", "disk.img", "endless"});
  ASSERT_TRUE(program.wait_for_output("W\n"));
  std::filesystem::remove(folder_ + "/disk.img");
  program.signal(SIGINT);
  const Finished run = program.wait();
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.err.find("was deleted"), std::string::npos) << run.err;
}

TEST_F(CliDisk, FullHostDiskIsAnErrorOfTheDrive) {
  // A limit stands for the full file system: the image's second page is a hole beyond it.
  std::filesystem::resize_file(folder_ + "/disk.img", 0);
  std::filesystem::resize_file(folder_ + "/disk.img", 16 * 512);
  const Finished run = script("ulimit -f 2; $STRATA run --quiet --disk disk.img beating; echo $?");
  EXPECT_EQ(run.out, "E\n1\n");
  EXPECT_NE(run.err.find("disk image 'disk.img' could not be written: File too large"),
            std::string::npos)
      << run.err;
}

TEST_F(CliDisk, LargerThanADriveIsRefused) {
  std::filesystem::resize_file(folder_ + "/disk.img", std::uint64_t{128} << 30);
  const Finished run = strata({"run", "--disk", "disk.img", "guest"});
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("the drive can address 137438952960"), std::string::npos) << run.err;
  // Not expect_refused(), which would read what should not be there.
  const Finished create = strata({"disk", "create", "new.img", "200G"});
  EXPECT_EQ(create.status, 2);
  EXPECT_NE(create.err.find("disk image 'new.img' cannot have"), std::string::npos) << create.err;
  EXPECT_FALSE(exists("new.img"));
}

TEST_F(CliDisk, CompareDoesNotFillTheHostsDiskWithHoles) {
  std::filesystem::resize_file(folder_ + "/disk.img", std::uint64_t{60} << 30);
  // A processor's second is nobody else's.
  const Finished run = script(
      "ulimit -f 100000000; ulimit -t 15; $STRATA compare --engines interp --disk disk.img guest");
  EXPECT_EQ(run.status, 0) << run.err;
}

// Its boot sector and its disk are one file's, or the run says so. The BIOS, from a pipe, holds the
// program between the opening of the one and of the other.
TEST_F(CliDisk, AGuestThatIsReplacedWhileItIsReadDoesNotRun) {
  for (const std::uint8_t status : Bytes{41, 42}) {
    Bytes image = exit_guest(status);
    image.resize(4 * 512);
    write("disk" + std::to_string(status), image);
  }
  write("bytes", Bytes(16, 0xF4));
  const Finished run = script(
      "mkfifo bios; mv disk41 disk.img; $STRATA run --quiet --bios bios disk.img & "
      "{ mv disk42 disk.img; cat bytes; } >bios; wait $!");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(lines(run.err), 1) << run.err;
  EXPECT_NE(run.err.find("was replaced while it was read"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace strata::test
